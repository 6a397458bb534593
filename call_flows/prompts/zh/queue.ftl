# 排队等客服
queue-ahead = 您前面还有{ COUNT($ahead, unit: "caller") }。
queue-next = 下一位就是您。
queue-minutes = 大约要等{ COUNT($minutes, unit: "minute") }。
queue-keys = -
    .callback = 不想等，要我们回电
    .menu = 回主菜单
queue-being-connected = 客服马上就来，请不要挂机。
queue-agent-here = 客服来了，请讲。
queue-full = 现在等候的人太多了。

# 客服的电话
offer-from = { TEXT($name) }有来电。
    .accept = 接听
