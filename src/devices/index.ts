export type { Device, DeviceDescription, DeviceInput } from "./device.ts";
