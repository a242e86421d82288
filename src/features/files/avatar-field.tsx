"use client";

import { Avatar } from "@/ui/avatar";
import { removeAvatar } from "./actions";
import { MAX_AVATAR_BYTES } from "./limits";
import { PictureField } from "./picture-field";

/** A person's own picture. */
export function AvatarField({ name, image }: { name: string; image: string | null }) {
  return (
    <PictureField
      purpose={{ use: "avatar" }}
      maxBytes={MAX_AVATAR_BYTES}
      shown={<Avatar name={name} src={image} size="xl" />}
      empty={!image}
      onRemove={() => removeAvatar({})}
    />
  );
}
