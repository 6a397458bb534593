"""A simulator of Twilio: it calls the app, executes its TwiML, signs its webhooks and answers its REST requests.

The app must not be able to tell the simulator from Twilio, so the difficult behaviour is simulated too: silence falls
through a `<Gather>`, a finish key is not sent, failed connections are retried as the URL's fragment says, and then the
fallback URL is requested. Of the app it knows three URLs: voice, status callback, fallback.

Entry points: `server` (the process that `make run` starts in the lab), `terminal` (`make phone`), and
`calls.phone.Phone` for tests. Imports between the rooms run one way:

    webhooks < account < twiml < calls < rest, browser_phone, control_api, terminal < server
"""
