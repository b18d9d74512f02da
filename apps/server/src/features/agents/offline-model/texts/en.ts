/** What the offline model says, as Markdown. `userGuide.*` is what newcomers ask first, out of the user guide. */
export const en = {
  'guide.greeting':
    'Hello. I am the built-in guide of Causerie. No language model is set up on this server yet, so I know only a few things: ask me for the weather in a city, what Causerie is, how to set up a model, or how something is done here, such as “How do I invite someone?”',
  'guide.thanks': 'You are welcome.',
  'guide.bye': 'Goodbye. This conversation stays in your history.',
  'guide.about':
    '**Causerie** is a self-hosted server for conversations with AI agents. It speaks the ChatKit protocol, so the official React package works with it as it is.\n\nI am its built-in guide: a set of rules, not a language model. I answer because no model is set up on this server yet.',
  'guide.model':
    'The administrator sets a model by environment variables (or in the file `.env`) and restarts the server:\n\n```sh\nOPENAI_API_KEY=sk-…\nCHATKIT_AGENT_MODEL=openai/gpt-5\n```\n\n- Ollama on the same machine, without any key: `CHATKIT_AGENT_MODEL=ollama/llama3.2`; elsewhere also `OLLAMA_URL=http://…:11434/v1`.\n- Any server that speaks the OpenAI API, such as vLLM: `OPENAI_BASE_URL=http://…/v1` and the name of its model.\n- Other providers: `anthropic/…`, `google/…` or `mistral/…` as the model’s name, with `ANTHROPIC_API_KEY`, `GOOGLE_GENERATIVE_AI_API_KEY` or `MISTRAL_API_KEY`.\n- `CHATKIT_AGENT_INSTRUCTIONS` tells the assistant what it is for.',
  'guide.abilities':
    'Without a language model I can:\n\n- tell the **weather** in a city: “What is the weather in Lyon?”, then “and in Rome?”\n- explain what **Causerie** is and how to **set up a model**\n- say where your **data** is kept, and **how things are done here**: “How do I change my password?”\n\nThe rest works as with any assistant: answers stream in and can be stopped, conversations are kept in your history, and a reload goes on where it was.',
  'guide.privacy':
    'Your conversations are kept in the database of this server and nowhere else; there is no telemetry. Nothing you write to me leaves the server. Two exceptions, when they are used: a question for the weather sends the city’s name to Open-Meteo, and a language model, once set up, receives the conversation.',
  'guide.weather': 'For which city would you like the weather?',
  'guide.noModel':
    'I cannot answer that: no language model is set up on this server, and I am only its built-in guide. The administrator can set one, for example with `OPENAI_API_KEY` and `CHATKIT_AGENT_MODEL`; ask me “How do I set up a model?” for the details. What I can do is tell the weather in a city.',
  'userGuide.invite':
    'An administrator opens **Administration** in the menu under their name, then **People**, and invites somebody by e-mail address: the link creates that person’s account. Open invitations are listed under **Invitations**, where they can be withdrawn. On a server with open registration, anybody can choose **Create one** on the sign-in page.',
  'userGuide.password':
    'Open the menu under your name, **Account**, and there **Password**. A new password ends all your other sessions.',
  'userGuide.forgotten':
    'Ask an administrator for a reset link: it works once and lets you choose a new password. Administrators make one under **Administration**, **People**.',
  'userGuide.delete-conversation':
    'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Delete**. It takes its files along, for good.',
  'userGuide.rename-conversation':
    'Open the **history** with the button at the top left, then the menu of the conversation, and choose **Rename**.',
  'userGuide.history':
    'The **history** button at the top left shows your conversations, the last one used first. Its search looks into what was said, not only into titles.',
  'userGuide.new-conversation':
    '**New chat**, at the top right, begins another conversation. The one you leave stays in the history.',
  'userGuide.files':
    'Where the server takes files, choose **Attach files** under the plus beside the message, or drop them on the page: images, PDF and text, as a rule up to 10 MB each and four a message. What they say is read by a language model; I am none.',
  'userGuide.dictation':
    '**Dictate**, the microphone beside the message, writes down what you say, where the server has a model that can. Your browser asks for the microphone first.',
  'userGuide.answers':
    '**Stop**, in the place of Send, ends an answer; what is written stays. Under an answer you can copy it, say whether it was good, and have it written again with **Try again**.',
  'userGuide.writing': '**Enter** sends the message; **Shift+Enter** begins a new line.',
  'userGuide.export-conversation':
    'The menu **More** at the top right saves the conversation as Markdown or prints it.',
  'userGuide.two-factor':
    'Under your name, **Account**, **Two-factor sign-in**: a code from an app on your phone after the password. Keep the recovery codes in a safe place; each lets you in once without the phone. Without either, an administrator can remove the second factor.',
  'userGuide.passkey':
    'Under your name, **Account**, **Passkeys**: **Add a passkey**, and the next time choose **Sign in with a passkey**. Your device asks for your fingerprint, your face or its code. It needs this server’s https address. Remove the passkeys of devices you no longer have.',
  'userGuide.provider':
    'Where the administrator has set up providers, the sign-in page shows **Continue with …** for each. An account that you have here already is connected under your name, **Account**, **Accounts elsewhere**; there you can disconnect it too. One way to sign in always stays.',
  'userGuide.api-key':
    'Under your name, **Account**, **API keys**, **New API key**: give it a name, what it may do, and how long it is good. The key is shown once, and your program sends it as `Authorization: Bearer …`. Remove a key that is no longer used. The key of a language model is another thing: ask me “How do I set up a model?”',
  'userGuide.sessions':
    'Under your name, **Account**, **Where you are signed in**: every device is listed, and each can be signed out. End what you do not recognise, then change your password, which signs out all other devices.',
  'userGuide.delete-account':
    'Under your name, **Account**, **Delete my account**: account, conversations and files go at once and for good.',
  'userGuide.own-data':
    'Under your name, **Account**, **Your data**: everything the server holds about you, as one JSON file.',
  'userGuide.profile':
    'Your name and the language of the pages (English, French, Spanish) are under your name, **Account**, **Profile**. Light or dark follows your device; the button at the top changes it.',
  'userGuide.people':
    'An administrator opens **Administration**, **People**: there somebody is made administrator or ordinary user, disabled, signed out everywhere, or deleted. The last administrator stays one.',
  'userGuide.sign-up':
    'On the sign-in page choose **Create one** and give the name that others will see, your e-mail and a password of at least eight characters; a server that is new shows that form by itself. When the server takes no new accounts, ask its administrator for an invitation: the link you get creates your account.',
  'userGuide.away':
    'Reload the page, close the laptop or change to the phone: the answer goes on on the server. Come back to the conversation and it is there, still being written if it is not done.',
  'userGuide.drafts':
    'What you are writing stays with its conversation. It outlives a reload, a look at another page and a session that ended, for as long as the tab is open. Signing out removes it.',
  'userGuide.connection':
    'Without a connection the page says so. What you send then waits, and goes out when the connection is back. When the server itself went down in the middle of an answer, its text so far is kept and **Try again** asks for a new one.',
  'userGuide.audit': 'Under **Administration**, the **Audit log** says who did what to whom, and when.',
  'weather.now': 'Right now in **{place}** it is **{temperature} °C**{sky}{wind}.',
  'weather.sky': ', {description}',
  'weather.wind': ', with wind at {speed} km/h',
  'weather.seen': ' Observed at {time} local time{zone}.',
  'weather.later': ' I can only see the present weather, not a forecast.',
  'weather.unknown': 'I do not know a city called “{city}”. Check the spelling, or add the country.',
  'weather.failed': 'I could not get the weather in {city}: the weather service did not answer. Try again shortly.',
  'weather.title': 'Weather in {city}',
};
