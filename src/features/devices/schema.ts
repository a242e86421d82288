import { z } from "zod";

export const endDeviceSchema = z.strictObject({ id: z.uuid() });
export const endOtherDevicesSchema = z.strictObject({});
