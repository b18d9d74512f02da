import { z } from 'zod';

/** A page: `after` is the id of the last row, present only when there are more. */
export type Page<Row> = {
  data: Row[];
  has_more: boolean;
  after?: string;
};

/** The schema of a page of rows. */
export function pageSchema<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), has_more: z.boolean(), after: z.string().optional() });
}

export const orderSchema = z.enum(['asc', 'desc']);
export type Order = z.infer<typeof orderSchema>;

/** The size of a page when the client sends no limit, or 0. */
export const defaultPageSize = 20;
