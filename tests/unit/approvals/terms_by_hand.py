"""Terms worked by hand, written down before the code that counts them.

Days off and make-up days are those announced for 2025 and 2026. Window hours are 9:00–12:00 and 13:30–17:30. Day 0 is the
day of receipt, on a day off the next working day; a term is over at 24:00 of its last day, written here as that day; a pause
takes out the days after its notice up to the day of resumption. `None`: a pause without an end holds it.
"""

# name, term, received, pauses (notice, resumption), days of extension, over
BY_HAND = (
    # 3 (1) 4 (2) 5 (3) 6 (4) | 9 (5)
    ("a plain week", "5 个工作日", "2026-03-02 10:00", (), 0, "2026-03-09"),
    # Saturday: day 0 is Monday 9; 10 11 12 13 | 16
    ("received on a Saturday", "5 个工作日", "2026-03-07 10:00", (), 0, "2026-03-16"),
    # 26 (1) | 29 (2) 30 (3) 31 (4), 1 and 2 January off, Sunday 4 worked (5), 5 (6) 6 (7) 7 (8) 8 (9) 9 (10)
    ("over the end of the year", "10 个工作日", "2025-12-25 16:00", (), 0, "2026-01-09"),
    # Sunday 4 January is worked and day 0; 5 6 7
    ("received on a make-up day", "3 个工作日", "2026-01-04 09:00", (), 0, "2026-01-07"),
    # Saturday 14 February worked (1), 15 to 23 off, 24 (2) 25 (3) 26 (4) 27 (5)
    ("over the Spring Festival", "5 个工作日", "2026-02-13 11:00", (), 0, "2026-02-27"),
    # ... Saturday 28 February worked (6)
    ("ends on a make-up day", "6 个工作日", "2026-02-13 11:00", (), 0, "2026-02-28"),
    # 15 16 17 18 (4), Sunday 20 worked (5), 21 22 23 24 (9), 25 off, 28 29 30 (12), October 8 9 (14), Saturday 10 worked (15),
    # 12 13 14 15 16 (20)
    ("twenty days of the law, autumn", "20 个工作日", "2026-09-14 08:30", (), 0, "2026-10-16"),
    # ... 19 to 23 (25), 26 to 30 (30)
    ("the same with ten days of extension", "20 个工作日", "2026-09-14 08:30", (), 10, "2026-10-30"),
    # March 3 to 6 (4) 9 to 13 (9) 16 to 20 (14) 23 to 27 (19) 30 to April 3 (24), 6 off, 7 to 10 (28) 13 to 17 (33)
    # 20 to 24 (38) 27 to 30 (42), May 1, 4 and 5 off, 6 7 8 (45)
    ("joint handling", "45 个工作日", "2026-03-02 10:00", (), 0, "2026-05-08"),
    # ... Saturday 9 May worked (46), 11 to 15 (51) 18 to 22 (56) 25 26 27 28 (60)
    ("joint handling, extended by fifteen", "45 个工作日", "2026-03-02 10:00", (), 15, "2026-05-28"),
    # 3 (1) 4 (2), 5 to 10 taken out, 11 (3) 12 (4) 13 (5)
    ("a pause", "5 个工作日", "2026-03-02 10:00", (("2026-03-04", "2026-03-10"),), 0, "2026-03-13"),
    # resumed on the day of the notice: nothing is taken out
    ("a pause of no day", "5 个工作日", "2026-03-02 10:00", (("2026-03-04", "2026-03-04"),), 0, "2026-03-09"),
    ("a pause without an end", "5 个工作日", "2026-03-02 10:00", (("2026-03-04", None),), 0, None),
    # 3 (1) 4 (2): over on the day of the notice, which counts
    (
        "over before the pause begins",
        "2 个工作日",
        "2026-03-02 10:00",
        (("2026-03-04", None),),
        0,
        "2026-03-04",
    ),
    # 30 and 31 December taken out, 1 to 3 January off, Sunday 4 worked (1), 5 and 6 taken out, 7 (2) 8 (3) 9 (4)
    (
        "two pauses over the end of the year",
        "4 个工作日",
        "2025-12-29 10:00",
        (("2025-12-29", "2025-12-31"), ("2026-01-04", "2026-01-06")),
        0,
        "2026-01-09",
    ),
    # 16 January is 1, 31 January 16, 14 February 30: a Saturday that is worked
    ("thirty days of the calendar", "30 日", "2026-01-15 10:00", (), 0, "2026-02-14"),
    # 15 February is the thirtieth, within the holiday: the next working day is Tuesday 24
    ("the last day is off", "30 日", "2026-01-16 10:00", (), 0, "2026-02-24"),
    # 3 (1) 4 (2), 5 to 10 taken out, 11 (3) to 18 (10)
    (
        "calendar days with a pause",
        "10 日",
        "2026-03-02 10:00",
        (("2026-03-04", "2026-03-10"),),
        0,
        "2026-03-18",
    ),
    # February has no 30th: its last day, a Saturday that is worked
    ("a month", "1 个月", "2026-01-30 10:00", (), 0, "2026-02-28"),
    # 11:00 to 12:00, 13:30 to 14:30
    ("two hours over noon", "2 个工作小时", "2026-03-02 11:00", (), 0, "2026-03-02 14:30"),
    # Friday 16:30 to 17:30, Monday 9:00 to 12:00
    ("four hours over the weekend", "4 个工作小时", "2026-03-06 16:30", (), 0, "2026-03-09 12:00"),
    # the windows are closed: Sunday 4 January, worked, 9:00 to 10:00
    ("an hour over the end of the year", "1 个工作小时", "2025-12-31 18:00", (), 0, "2026-01-04 10:00"),
    # Monday 16:00 to 17:30; Tuesday and Wednesday taken out; Thursday 9:00 to 10:30
    (
        "hours with a pause",
        "3 个工作小时",
        "2026-03-02 16:00",
        (("2026-03-02", "2026-03-04"),),
        0,
        "2026-03-05 10:30",
    ),
    ("minutes over midnight", "90 分钟", "2026-03-02 23:30", (), 0, "2026-03-03 01:00"),
    # Monday 12:00 to 24:00, Tuesday taken out, Wednesday 0:00 to 12:00
    (
        "hours of the calendar with a pause",
        "24 小时",
        "2026-03-02 12:00",
        (("2026-03-02", "2026-03-03"),),
        0,
        "2026-03-04 12:00",
    ),
)
