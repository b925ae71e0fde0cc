"use client";

import { useCallback, useState } from "react";
import type { PictureReply } from "@/lib/contract";
import { fetchJson } from "@/lib/fetch-json";
import type { Term } from "@/lib/query";
import { failureText } from "@/lib/words/failure-text";
import { fill } from "@/lib/words/words";
import { useWords } from "../words";

const mostBytes = 16_000_000;

interface Sending {
  readonly busy: boolean;
  readonly failure?: string;
}

/** Sends a picture and hands on the term that names it. */
export function usePictureTerm(onTerm: (term: Term) => void) {
  const { words } = useWords();
  const [sending, setSending] = useState<Sending>({ busy: false });

  const send = useCallback(
    (file: File) => {
      if (file.size > mostBytes) {
        const failure = fill(words.failures.tooLarge, { size: mostBytes / 1e6 });
        return setSending({ busy: false, failure });
      }
      setSending({ busy: true });
      fetchJson<PictureReply>("/api/pictures", { body: file }).then(
        ({ picture }) => {
          setSending({ busy: false });
          onTerm({ kind: "picture", value: picture, weight: 1 });
        },
        (error: unknown) => {
          const status = Object(error).status as number | undefined;
          const failure = status === 415 ? words.failures.noPicture : failureText(error, words);
          setSending({ busy: false, failure });
        },
      );
    },
    [onTerm, words],
  );

  const dismiss = useCallback(() => setSending({ busy: false }), []);
  return { ...sending, send, dismiss };
}
