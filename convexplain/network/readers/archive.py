"""The zip archive that a .keras file is: members read into memory, within what it declares."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from convexplain.network.readers.imported import UnreadableError

#: The configuration of a network has some thousand characters.
MAX_CONFIG = 20_000_000


def members(content: bytes, wanted: dict[str, int]) -> dict[str, bytes]:
    """Read those of the wanted members that an archive has.

    `wanted` says how many bytes each may have. An archive is refused that is damaged, has a member
    twice, or one that declares too much.
    """
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if info.filename not in wanted:
                    continue
                if info.filename in found:
                    raise UnreadableError("it holds {filename} twice", filename=info.filename)
                limit = wanted[info.filename]
                if info.file_size > limit:
                    raise UnreadableError(
                        "its {filename} declares {file_size:,} bytes: at most {limit:,}",
                        filename=info.filename,
                        file_size=info.file_size,
                        limit=limit,
                    )
                if info.flag_bits & 1:
                    raise UnreadableError("it is encrypted")
                with archive.open(info) as member:
                    data = member.read(limit + 1)
                if len(data) != info.file_size:
                    raise UnreadableError(
                        "its {filename} has another size than it declares", filename=info.filename
                    )
                found[info.filename] = data
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableError("it is damaged: the archive is cut off or broken") from error
    except (ValueError, RuntimeError, struct.error) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError("it is damaged: the archive cannot be read") from error
    return found
