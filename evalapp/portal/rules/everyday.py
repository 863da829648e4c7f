"""What residents go on calling a unit: names from before the reforms of institutions, and short ones.

A word of everyday speech stands for what a name holds now: in 2018 the State Council's reform of institutions (国务院机构
改革方案) gave most of them new names, which districts took over in the year after.
"""

_NAMES: dict[str, tuple[str, ...]] = {
    "生态环境": ("环保局", "环境保护局"),
    "市场监督管理": ("工商局", "质监局", "食药监局", "药监局", "市监局", "市场监管局"),
    "自然资源": ("国土局", "国土资源局", "规划局"),
    "住房和城乡建设": ("住建局", "建设局", "建委", "房管局"),
    "人力资源和社会保障": ("人社局", "劳动局", "社保局", "人事局"),
    "卫生健康": ("卫健委", "卫健局", "卫生局", "卫计委", "计生委"),
    "文化和旅游": ("文旅局", "文化局", "旅游局"),
    "农业农村": ("农业局", "农委", "农办"),
    "应急管理": ("安监局", "应急局"),
    "城市管理": ("城管局", "城管"),
    "发展和改革": ("发改委", "发改局", "物价局"),
    "医疗保障": ("医保局", "医保"),
    "退役军人事务": ("退役军人局", "双拥办"),
    "交通运输": ("交通局", "运管所"),
    "教育": ("教委", "教体局"),
    "公安": ("派出所", "警察局", "户籍科"),
    "政务服务": ("政务中心", "行政服务中心", "办事大厅"),
    "行政审批": ("审批局", "政务中心", "办事大厅"),
    "残疾人联合会": ("残联",),
    "信访": ("上访",),
    "水务": ("水利局",),
    "园林": ("绿化局",),
    "税务": ("国税局", "地税局"),
}


def everyday_names(name: str) -> list[str]:
    """What people also call a unit of this name; of a part of one, nothing but the name itself."""
    return [other for part, others in _NAMES.items() if part in name for other in others if other not in name]
