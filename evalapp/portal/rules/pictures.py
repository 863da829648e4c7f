"""Which drawing stands in for an episode that has no picture of its own yet."""

STUDIO = "studio"
_SCENES = (
    ("housing", "房住建楼梯区改物业"),
    ("school", "学教孩课校托"),
    ("market", "市场菜商食餐店药监"),
    ("river", "水河湖环保林园绿生态"),
    ("clinic", "医卫健病养老疗"),
    ("bus", "交通车路公运停"),
    ("hall", "办证政务社保人税审批窗口"),
)


def scene_of(*texts: str) -> str:
    """The scene whose words the texts hold most, the studio when none does; the same texts always get the same."""
    said = "".join(texts)
    best = max(_SCENES, key=lambda scene: sum(said.count(sign) for sign in scene[1]))
    return best[0] if any(sign in said for sign in best[1]) else STUDIO


def drawing_of(*texts: str) -> str:
    """The path of that drawing below the static files."""
    return f"img/still-{scene_of(*texts)}.svg"
