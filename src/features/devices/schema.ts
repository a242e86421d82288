import { z } from "zod";

export const endDeviceSchema = z.strictObject({ id: z.uuid().toLowerCase() });
export const endOtherDevicesSchema = z.strictObject({});
export const endDevicesOfSchema = z.strictObject({ userId: z.uuid().toLowerCase(), id: z.uuid().toLowerCase().optional() });
