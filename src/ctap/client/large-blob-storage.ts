import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { encodeCbor } from "../../cbor/encode.js";
import { CBOR_BYTES_MAX } from "../../cbor/limits.js";
import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type { TransactOptions } from "../device.js";
import { FeatureError } from "./feature-error.js";
import {
  decodeLargeBlobArray,
  encodeLargeBlobArray,
  isIntact,
  toElement,
  type LargeBlobElement,
} from "./large-blob-array.js";
import { isEntryOf, openLargeBlob, sealLargeBlob } from "./large-blob-entry.js";
import {
  encodeLargeBlobsRequest,
  largeBlobWriteMessage,
  maxFragmentLength,
  parseLargeBlobsResponse,
} from "../messages/large-blobs.js";
import { MessageError } from "../messages/message-error.js";
import type { Ctap2Session } from "./session.js";
import type { PinUvAuthToken } from "./pin-uv-auth-token.js";
import { CtapError, CtapStatus } from "../status.js";

/** Whole attempts at changing the array, reading it included, when another program writes at the same time. */
const WRITE_ATTEMPTS_MAX = 3;

/** Statuses with which a device refuses when another client interrupted the transfer. */
const INTERRUPTED: readonly number[] = [CtapStatus.INVALID_SEQ, CtapStatus.INTEGRITY_FAILURE];

/** Longest message of a device that names no limit. @see CTAP 2.3 §6.4 (maxMsgSize) */
const MESSAGE_BYTES_DEFAULT = 1024;

export interface LargeBlobStorageOptions {
  /** With the permission `largeBlobWrite`; a device without PIN and enrolled finger needs none. Secret. */
  readonly token?: PinUvAuthToken | undefined;
}

const OPTIONS = parameters<LargeBlobStorageOptions>({
  token: maybe(arg.object),
});

/** The array of a device, as far as it can be seen without decrypting what it holds. */
export interface LargeBlobArray {
  /** Serialized, with its hash. */
  readonly bytes: number;
  /** Whether it has the hash that it states; it counts as empty otherwise. */
  readonly isIntact: boolean;
  readonly entries: readonly {
    /** Serialized. */
    readonly bytes: number;
    /** The data before compression, in bytes; absent for what is no entry of the kind that CTAP defines. */
    readonly dataBytes?: number;
    /** Index of the key that opens it; absent where none does. */
    readonly openedBy?: number;
  }[];
}

/** authenticatorLargeBlobs from the client's side. A key is a credential's largeBlobKey: 32 bytes, secret. */
export interface LargeBlobStorage {
  /** One credential's data; `undefined` when there is none. */
  read(key: Uint8Array, options?: TransactOptions): Promise<Uint8Array | undefined>;
  /**
   * Replaces one credential's data and leaves the data of all others as it is.
   *
   * @throws {CtapError} `CTAP_LARGE_BLOB_STORAGE_FULL`; the data before is then still there.
   */
  write(
    blob: { readonly key: Uint8Array; readonly data: Uint8Array },
    options?: TransactOptions,
  ): Promise<void>;
  /** Returns false when there was nothing to erase. */
  erase(key: Uint8Array, options?: TransactOptions): Promise<boolean>;
  /**
   * Removes entries that no key opens: of credentials that are gone. What is no entry at all stays.
   *
   * @param keys those of all credentials on the device, as credential management lists them.
   * @returns how many entries were removed.
   */
  keepOnly(keys: readonly Uint8Array[], options?: TransactOptions): Promise<number>;
  /**
   * Says how large the array is, what is in it and which entries belong to which keys; reads alone.
   *
   * @param keys those of the credentials that are known, as credential management lists them.
   */
  inspect(keys: readonly Uint8Array[], options?: TransactOptions): Promise<LargeBlobArray>;
}

/**
 * @throws {FeatureError} `FEATURE_UNSUPPORTED` when the device has no large-blob storage.
 * @see CTAP 2.3 §6.10
 */
export function largeBlobStorage(
  env: Env,
  session: Ctap2Session,
  options: LargeBlobStorageOptions = {},
): LargeBlobStorage {
  checkArguments("largeBlobStorage", {
    env: [arg.env, env],
    session: [arg.with("a session, as openSession(env, device) gives one,", "info"), session],
    options: [OPTIONS, options],
  });
  const { token } = options;
  if (session.info.options?.["largeBlobs"] !== true) {
    throw new FeatureError("FEATURE_UNSUPPORTED", "the device has no storage for large blobs", {
      hint: "It needs the option largeBlobs.",
    });
  }
  return new Storage({ env, session, token });
}

interface StorageDeps {
  readonly env: Env;
  readonly session: Ctap2Session;
  readonly token: PinUvAuthToken | undefined;
}

type Elements = readonly LargeBlobElement[];

class Storage implements LargeBlobStorage {
  readonly #deps: StorageDeps;

  constructor(deps: StorageDeps) {
    this.#deps = deps;
  }

  async read(key: Uint8Array, options?: TransactOptions): Promise<Uint8Array | undefined> {
    const elements = await this.#load(options);
    return elements.map((element) => this.#open(key, element)).find((data) => data !== undefined);
  }

  async write(
    { key, data }: { readonly key: Uint8Array; readonly data: Uint8Array },
    options?: TransactOptions,
  ): Promise<void> {
    const raw = encodeCbor(sealLargeBlob(this.#deps.env, { key, data }));
    await this.#change((elements) => [...this.#without(key, elements), toElement(raw)], options);
  }

  async erase(key: Uint8Array, options?: TransactOptions): Promise<boolean> {
    return (await this.#change((elements) => this.#without(key, elements), options)) > 0;
  }

  keepOnly(keys: readonly Uint8Array[], options?: TransactOptions): Promise<number> {
    const isKept = (element: LargeBlobElement) =>
      element.entry === undefined || keys.some((key) => this.#isOf(key, element));
    return this.#change((elements) => elements.filter(isKept), options);
  }

  async inspect(keys: readonly Uint8Array[], options?: TransactOptions): Promise<LargeBlobArray> {
    const { crypto } = this.#deps.env;
    const serialized = await this.#fetch(options);
    const elements = decodeLargeBlobArray(crypto, serialized);
    return {
      bytes: serialized.length,
      isIntact: isIntact(crypto, serialized),
      entries: elements.map((element) => {
        const opener = keys.findIndex((key) => this.#isOf(key, element));
        return {
          bytes: element.raw.length,
          ...(element.entry && { dataBytes: element.entry.origSize }),
          ...(opener >= 0 && { openedBy: opener }),
        };
      }),
    };
  }

  #open(key: Uint8Array, { entry }: LargeBlobElement): Uint8Array | undefined {
    return entry && openLargeBlob(this.#deps.env.crypto, key, entry);
  }

  #without(key: Uint8Array, elements: Elements): Elements {
    return elements.filter((element) => !this.#isOf(key, element));
  }

  #isOf(key: Uint8Array, { entry }: LargeBlobElement): boolean {
    return entry !== undefined && isEntryOf(this.#deps.env.crypto, key, entry);
  }

  /**
   * Reads, changes and writes the array, and repeats all three when another client interrupted: another program, as
   * other sessions on the device wait. Returns how many elements were removed.
   */
  #change(change: (elements: Elements) => Elements, options: TransactOptions | undefined): Promise<number> {
    return this.#deps.session.series(
      (session) => new Storage({ ...this.#deps, session }).#changeNow(change, options),
      options,
    );
  }

  async #changeNow(
    change: (elements: Elements) => Elements,
    options: TransactOptions | undefined,
  ): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const before = await this.#load(options);
      const after = change(before);
      const left = before.filter((element) => !after.includes(element)).length;
      if (left === 0 && after.length === before.length) return 0;
      try {
        await this.#store(encodeLargeBlobArray(this.#deps.env.crypto, after), options);
        return left;
      } catch (error) {
        const isWorthATry = error instanceof CtapError && INTERRUPTED.includes(error.status);
        if (!isWorthATry || attempt === WRITE_ATTEMPTS_MAX) throw error;
      }
    }
  }

  async #load(options: TransactOptions | undefined): Promise<Elements> {
    return decodeLargeBlobArray(this.#deps.env.crypto, await this.#fetch(options));
  }

  /** Fragment by fragment until a short one, which is the last. */
  async #fetch(options: TransactOptions | undefined): Promise<Uint8Array> {
    const { session } = this.#deps;
    const limit = session.info.maxSerializedLargeBlobArray ?? CBOR_BYTES_MAX;
    const get = this.#fragmentBytes();
    let serialized = new Uint8Array(0);
    for (;;) {
      options?.signal?.throwIfAborted();
      const request = encodeLargeBlobsRequest({ get, offset: serialized.length });
      const { config } = await session.ask(request, parseLargeBlobsResponse, options);
      if (config === undefined) throw malformed("without a fragment");
      if (config.length > get) throw malformed(`with ${config.length} bytes, ${get} were asked for`);
      serialized = new Uint8Array(concat(serialized, config));
      if (serialized.length > limit) throw malformed(`with more than the ${limit} bytes it announced`);
      if (config.length < get) return serialized;
    }
  }

  async #store(serialized: Uint8Array, options: TransactOptions | undefined): Promise<void> {
    const { env, session, token } = this.#deps;
    const { crypto } = env;
    const step = this.#fragmentBytes();
    for (let offset = 0; offset < serialized.length; offset += step) {
      options?.signal?.throwIfAborted();
      const set = serialized.subarray(offset, offset + step);
      const request = encodeLargeBlobsRequest({
        set,
        offset,
        ...(offset === 0 && { length: serialized.length }),
        ...(token && {
          pinUvAuthParam: token.authenticate(largeBlobWriteMessage(crypto, { offset, set })),
          pinUvAuthProtocol: token.protocol,
        }),
      });
      await session.ask(request, parseLargeBlobsResponse, options);
    }
  }

  #fragmentBytes(): number {
    return maxFragmentLength(this.#deps.session.info.maxMsgSize ?? MESSAGE_BYTES_DEFAULT);
  }
}

function malformed(how: string): MessageError {
  return new MessageError("MESSAGE_MALFORMED", `largeBlobs answered ${how}`);
}
