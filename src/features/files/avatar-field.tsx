"use client";

import type { ReactNode } from "react";
import { removeAvatar } from "./actions";
import { PictureField, type PictureTexts } from "./picture-field";

/** A person's own picture; `empty` where what is shown is none. */
export function AvatarField(props: { shown: ReactNode; empty: boolean; texts: PictureTexts }) {
  return <PictureField {...props} purpose={{ use: "avatar" }} onRemove={() => removeAvatar({})} />;
}
