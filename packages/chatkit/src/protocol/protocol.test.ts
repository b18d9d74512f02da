import { describe, expect, it } from 'vitest';
import { iconNameSchema, iconNames, isIconName } from './icons.ts';
import { threadItemSchema } from './items.ts';
import { chatKitRequestSchema, isStreamingRequest } from './requests.ts';
import { widgetRootSchema } from './widgets.ts';

describe('icons', () => {
  it('are the 64 built-in ones, and any of a vendor or of lucide', () => {
    expect(iconNames).toHaveLength(64);
    expect(iconNames.every(isIconName)).toBe(true);
    expect(['vendor:x', 'vendor:', 'lucide:any-name'].every(isIconName)).toBe(true);
    expect(['upload', 'code', '', 'x-lucide:', 3].some(isIconName)).toBe(false);
    expect(iconNameSchema.safeParse('upload').success).toBe(false);
  });
});

describe('requests', () => {
  it('are sixteen, of which six stream', () => {
    const types = chatKitRequestSchema.options.map((option) => option.shape.type.value);
    expect(new Set(types).size).toBe(16);
    expect(types.filter((type) => isStreamingRequest({ type }))).toHaveLength(6);
  });
});

describe('widgets', () => {
  const issues = (widget: unknown) => {
    const result = widgetRootSchema.safeParse(widget);
    return result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
  };

  it('pass as they are written, unknown props and components included', () => {
    const widget = {
      type: 'Card',
      scrollable: true,
      children: [
        { type: 'Hologram', children: [{ type: 'Text' }], beam: null },
        { type: 'Text', value: 'x', unheard: { of: null } },
        {
          type: 'Table',
          children: [
            { type: 'Table.Row', header: true, children: [{ type: 'Table.Cell', colSize: 'sm', children: 'a' }] },
          ],
        },
        {
          type: 'Chart',
          data: [{ month: 'Jan', sold: 3 }],
          series: [{ type: 'line', label: null, dataKey: 'sold', curveType: 'natural' }],
          xAxis: { dataKey: 'month', labels: { Jan: 'January' } },
        },
        { type: 'Button', onClickAction: { type: 'go', payload: { a: null }, handler: 'client', extra: 1 } },
        { type: 'Transition', children: null },
      ],
    };
    expect(widgetRootSchema.parse(widget)).toEqual(widget);
  });

  it('are refused at the place of a wrong prop, however deep', () => {
    expect(issues({ type: 'Tile', children: [] })).toEqual(['type']);
    expect(issues({ type: 'Card' })).toEqual(['children']);
    expect(
      issues({ type: 'Card', children: [{ type: 'Row', children: [{ type: 'Title', value: 'x', size: 'huge' }] }] }),
    ).toEqual(['children.0.children.0.size']);
    expect(issues({ type: 'ListView', children: [{ type: 'Text', value: 'x' }] })).not.toEqual([]);
    expect(issues({ type: 'Card', children: [{ type: 'Icon', name: 'upload' }] })).toEqual(['children.0.name']);
  });

  it('inside items are kept verbatim, nulls and all', () => {
    const item = {
      id: 'w',
      thread_id: 't',
      created_at: '2026-01-02T03:04:05Z',
      type: 'widget',
      widget: { type: 'Basic', children: { type: 'Text', value: 3, x: null }, zzz: [1] },
    };
    expect(threadItemSchema.parse(item)).toEqual(item);
  });
});
