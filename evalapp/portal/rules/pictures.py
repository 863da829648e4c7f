"""Which drawing stands in for an episode that has no picture of its own yet."""

STUDIO = "studio"
_SCENES = (
    ("housing", "房住建楼梯物坡规旧"),
    ("school", "学教孩课校托书文"),
    ("market", "场菜商食餐店"),
    ("river", "水河湖环林园绿汛农噪"),
    ("clinic", "医卫健病养老疗药"),
    ("bus", "交通车路运"),
    ("hall", "办证政务社保税审批窗户籍诉访解"),
)


def scene_of(*texts: str) -> str:
    """The scene whose words the texts hold most, the studio when none does; the same texts always get the same."""
    said = "".join(texts)
    best = max(_SCENES, key=lambda scene: sum(said.count(sign) for sign in scene[1]))
    return best[0] if any(sign in said for sign in best[1]) else STUDIO


def drawing_of(*texts: str) -> str:
    """The path of that drawing below the static files."""
    return f"img/still-{scene_of(*texts)}.svg"
