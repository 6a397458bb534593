# Voice notes
voice-note-offer = You can leave a message.
    .add = To record one
    .enough = To skip it
voice-note = After the tone you are recorded, for one minute at most. Tell us what happened, without passwords or codes. Then press pound.
voice-note-nothing = I did not hear anything.
    .again = To try again
    .enough = To skip it
voice-note-kept = It is recorded, and whoever handles this will hear it.
    .keep = To keep it
    .again = To record it again
    .drop = To delete it
voice-note-stays = All right. Your words go to whoever handles this.
voice-note-dropped = All right. The recording is deleted.
wrong-recording-1 = No choice is needed now. Please speak after the tone.
wrong-recording-2-closed = To go without a recording, press star. For a call back, press zero.
wrong-recording-2 = To go without a recording, press star. For a person, press zero.

# Heard by the agent only
whisper-note = voice note, { COUNT($seconds, unit: "second") }
