import type { PictureReply } from "@/lib/contract";
import { keepPicture } from "@/server/pictures";
import { readBody } from "@/server/read-body";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

/** Takes the bytes of a picture file, whatever they are called. */
export function POST(request: Request): Promise<Response> {
  return replyJson(async (): Promise<PictureReply> => {
    const { id, width, height } = await keepPicture(await readBody(request));
    return { picture: id, width, height, thumbnail: `/api/pictures/${id}` };
  });
}
