import type { FieldsReply } from "@/lib/contract";
import { describeIndex } from "@/server/answers";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(): Promise<Response> {
  return replyJson(async (): Promise<FieldsReply> => ({ fields: (await describeIndex()).fields }));
}
