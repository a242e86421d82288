import { z } from "zod";

export const endDeviceSchema = z.strictObject({ id: z.uuid() });
export const endOtherDevicesSchema = z.strictObject({});
export const endDevicesOfSchema = z.strictObject({ userId: z.uuid(), id: z.uuid().optional() });
