import type { DynamicWidgetRoot } from '../protocol/widgets.ts';
import { storedWidgetSchema } from '../protocol/widgets.ts';
import { plainWidget } from './plain-widget.ts';
import { compileTemplate } from './template-language.ts';
import { WidgetTemplateError } from './template-values.ts';

const version = '1.0';

/**
 * A `.widget` file, as Widget Builder writes it: a Jinja template that renders to a widget's JSON.
 *
 * ```ts
 * const template = await WidgetTemplate.fromFile(new URL('weather.widget', import.meta.url));
 * const widget = template.build({ city: 'Paris', degrees: 21 });
 * ```
 */
export class WidgetTemplate<Data extends object = Record<string, unknown>> {
  readonly name: string;
  /** The JSON schema of the data, for documentation: it is not checked. */
  readonly dataSchema: unknown;
  readonly #render: (data: Record<string, unknown>) => string;

  constructor(name: string, template: string, dataSchema: unknown) {
    this.name = name;
    this.dataSchema = dataSchema;
    this.#render = compileTemplate(template);
  }

  /**
   * Reads a `.widget` file. A relative path starts at the process's folder; beside your own module it is
   * `new URL('weather.widget', import.meta.url)`. Where there are no files (a worker), give the text to `parse`.
   * @throws WidgetTemplateError naming the file that cannot be read, or is no `.widget` file.
   */
  static async fromFile<Data extends object = Record<string, unknown>>(
    file: string | URL,
  ): Promise<WidgetTemplate<Data>> {
    try {
      // Imported here, so that bundlers for browsers and workers find no static import of files in this package.
      const { readFile } = process.getBuiltinModule('node:fs/promises');
      return WidgetTemplate.parse<Data>(await readFile(file, 'utf8'));
    } catch (error) {
      throw new WidgetTemplateError(`${String(file)}: ${(error as Error).message}`, { cause: error });
    }
  }

  /**
   * @param file the text of a `.widget` file, or what it parses to.
   * @throws WidgetTemplateError for text that is not a `.widget` file of version 1.0, or a template that does not parse.
   */
  static parse<Data extends object = Record<string, unknown>>(file: string | object): WidgetTemplate<Data> {
    let definition: { version?: unknown; name?: unknown; template?: unknown; jsonSchema?: unknown };
    try {
      definition = typeof file === 'string' ? JSON.parse(file) : file;
    } catch (error) {
      throw new WidgetTemplateError(`a .widget file is JSON: ${(error as Error).message}`, { cause: error });
    }
    if (definition?.version !== version) {
      throw new WidgetTemplateError(`Unsupported widget spec version: ${String(definition?.version)}`);
    }
    if (typeof definition.name !== 'string' || typeof definition.template !== 'string') {
      throw new WidgetTemplateError('a .widget file needs a name and a template');
    }
    return new WidgetTemplate<Data>(definition.name, definition.template, definition.jsonSchema);
  }

  /**
   * Renders the widget. Every variable that the template uses must be in the data, unless the template gives a default.
   * A value of `undefined` counts as null (`none`), like an optional field of a TypeScript object.
   * @throws WidgetTemplateError naming the missing variable, or when what was rendered is no widget.
   */
  build(data?: Data): DynamicWidgetRoot {
    // Through JSON once: dates become text, and the template cannot reach or change the caller's objects.
    const plain = JSON.stringify(data ?? {}, (_, value) => (value === undefined ? null : value));
    const rendered = this.#render(JSON.parse(plain) as Record<string, unknown>);
    let parsed: unknown;
    try {
      parsed = JSON.parse(rendered);
    } catch (error) {
      throw new WidgetTemplateError(`template '${this.name}' rendered no JSON: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const root = storedWidgetSchema.safeParse(parsed);
    if (!root.success) {
      throw new WidgetTemplateError(`template '${this.name}' rendered no Card, ListView or Basic`);
    }
    return plainWidget(root.data) as DynamicWidgetRoot;
  }
}
