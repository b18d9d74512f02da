// A widget drawn in Widget Builder, saved as a `.widget` file, and filled with data on the server.
import { WidgetTemplate } from '@causerie/chatkit';

export type Sight = {
  name: string;
  metres: number;
  /** Absent where there is no photograph. */
  photo?: string;
};

// Read and parsed once, when the program starts: a fault in the file is then found at once.
const sights = await WidgetTemplate.fromFile<{ place: string; sights: Sight[] }>(
  new URL('sights.widget', import.meta.url),
);

/** Inside a tool of an agent: `await context.streamWidget(sightsWidget('Lyon', found))`. */
export const sightsWidget = (place: string, found: Sight[]) => sights.build({ place, sights: found });
