const assistant = `You are a helpful assistant. Answer in the language of the person's last message, plainly and to the
point; use Markdown where it helps reading.

When somebody asks about the weather, call get_weather with the city, and the country if it was said or is needed to tell
cities apart. It gives the present weather only, no forecast: say so when asked about another time. Tell the result in one
or two sentences with the temperature in °C, the conditions and the wind. When the tool fails or does not know the city,
say that; never make up weather.`;

const languages = { en: 'English', fr: 'French', es: 'Spanish' } as const;

/**
 * The agent's instructions: its task (`CHATKIT_AGENT_INSTRUCTIONS`, or the assistant above), and the facts of this turn.
 * The parts that change stand at the end, so that a provider's cache of the beginning stays valid.
 */
export function instructionsFor(custom: string | undefined, language: keyof typeof languages, now: Date): string {
  const today = now.toISOString().slice(0, 10);
  return `${custom ?? assistant}\n\nToday is ${today} (UTC). The person's interface is in ${languages[language]}.`;
}
