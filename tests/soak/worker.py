"""The follow-up worker of the line, whose texts go to the telephone company instead of staying in the lab."""

from ivr.telephony.twilio_rest import TwilioSms
from ivr.wiring import worker

if __name__ == "__main__":
    worker.make_text_provider = lambda engine, settings: TwilioSms(settings)
    worker.main()
