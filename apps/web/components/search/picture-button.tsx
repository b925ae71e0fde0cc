"use client";

import { useRef } from "react";
import { Icon } from "../icon";
import { useWords } from "../words";

/** Chooses a picture file to search by. */
export function PictureButton({ onFile }: { readonly onFile: (file: File) => void }) {
  const { words } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        aria-label={words.terms.addPicture}
        title={words.terms.addPicture}
        onClick={() => input.current?.click()}
        className="icon-button"
      >
        <Icon name="picture" />
      </button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        tabIndex={-1}
        aria-label={words.terms.addPicture}
        className="hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) onFile(file);
          target.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}
