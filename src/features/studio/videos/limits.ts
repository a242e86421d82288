export const MAX_VIDEOS = 4;
export const MIN_SECONDS = 4;
export const MAX_SECONDS = 8;
export const ASPECT_RATIOS = ["16:9", "9:16", "1:1"] as const;
export const PERSON_GENERATIONS = ["ALLOW_ALL", "ALLOW_ADULT", "DONT_ALLOW"] as const;
