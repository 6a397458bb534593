# 语音说明
voice-note-offer = 您可以用自己的话补充说明。
    .add = 录一段说明
    .enough = 不用补充
voice-note = 提示音以后开始录音，最长一分钟。请说说事情的经过，不要说密码和验证码。说完请按井号键。
voice-note-nothing = 没有听到声音。
    .again = 再录一次
    .enough = 不用补充
voice-note-kept = 录好了，处理的人会听到。
    .keep = 保留
    .again = 重新录
    .drop = 删除
voice-note-stays = 好的，说明会一起交给处理的人。
voice-note-dropped = 好的，录音已经删除。
wrong-recording-1 = 现在不用选择，听到提示音后直接说。
wrong-recording-2-closed = 不想录音，请按星号键。需要回电，请按零。
wrong-recording-2 = 不想录音，请按星号键。需要人工，请按零。

# 只有客服听到
whisper-note = 附语音{ COUNT($seconds, unit: "second") }
