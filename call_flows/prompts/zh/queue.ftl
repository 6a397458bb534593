# 排队等客服
queue-ahead = 您前面还有{ COUNT($ahead, unit: "caller") }。
queue-next = 下一位就是您。
queue-minutes = 大约要等{ COUNT($minutes, unit: "minute") }。
queue-keys = -
    .callback = 不想等，要我们回电
    .callback-place = 要我们回电，位置保留
    .menu = 回主菜单
    .note = 给客服留一段话
queue-still-1 = 谢谢您耐心等候。
queue-still-2 = 您还在排队，位置没有变。
queue-still-3 = 请不要挂机，轮到您就会接通。
queue-being-connected = 客服马上就来，请不要挂机。
queue-agent-here = 客服来了，请讲。
queue-closes = 我们{ MOMENT($at) }下班。
queue-closes-provisional = 预计{ MOMENT($at) }下班。
queue-not-before-closing-provisional = 预计{ MOMENT($at) }下班。在那之前可能轮不到您。
queue-not-before-closing = 我们{ MOMENT($at) }下班，在那之前轮不到您。
queue-one-moment = 请稍等，您排在第一位。
queue-on-hold = 请稍候，不要挂机，我们还在线上。
queue-full = 现在等候的人太多了。

# 客服的电话
offer-from = { TEXT($name) }有来电。
    .accept = 接听

# 通话以后
satisfaction = 您对这次人工服务满意吗？
    .good = 满意
    .fair = 一般
    .poor = 不满意
satisfaction-thanks = 谢谢您的评价。
