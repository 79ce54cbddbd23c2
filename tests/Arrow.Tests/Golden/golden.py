"""Makes the golden files with pyarrow, and shows what pyarrow reads in a file.

    golden.py write DIR    writes every sample, and beside it NAME.json: the values that a reader has to find
    golden.py read DIR     prints, a line for each file or stream in DIR, its name, a tab, and its values, after a full validation

Notation: a list of batches, each a list of columns, each a list of values. A value is null, a text, or a list (lists; structs, as values
in the order of the fields; maps, as [key, value] pairs). Numbers are texts; floating-point numbers and bytes are the hexadecimal digits
of their bytes in memory; dates, times, timestamps and durations are what is stored.
"""
import decimal
import json
import os
import struct
import sys

import pyarrow as pa

FLOATS = {pa.float16(): "<e", pa.float32(): "<f", pa.float64(): "<d"}


def canonical(scalar):
    kind = scalar.type
    if pa.types.is_dictionary(kind):
        return canonical(scalar.value) if scalar.index.is_valid else None
    if not scalar.is_valid:
        return None
    if pa.types.is_boolean(kind):
        return "true" if scalar.as_py() else "false"
    if pa.types.is_floating(kind):
        return struct.pack(FLOATS[kind], scalar.as_py()).hex()
    if pa.types.is_decimal(kind):
        return format(scalar.as_py(), "f")
    if kind == pa.month_day_nano_interval():
        value = scalar.as_py()
        return f"{value.months} {value.days} {value.nanoseconds}"
    if pa.types.is_temporal(kind):
        return str(scalar.value)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return scalar.as_py()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return scalar.as_py().hex()
    if pa.types.is_struct(kind):
        return [canonical(scalar[i]) for i in range(kind.num_fields)]
    if pa.types.is_nested(kind):
        return [canonical(value) for value in scalar.values]
    return str(scalar.as_py())


def batches_of(source):
    with open(source, "rb") as file:
        data = file.read()
    if data.startswith(b"ARROW1"):
        reader = pa.ipc.open_file(data)
        batches = [reader.get_batch(i) for i in range(reader.num_record_batches)]
    else:
        reader = pa.ipc.open_stream(data)
        batches = list(reader)
    for batch in batches:
        batch.validate(full=True)
    return batches


def show(batches):
    return [[[canonical(value) for value in column] for column in batch.columns] for batch in batches]


def batch_of(**columns):
    return pa.record_batch(list(columns.values()), names=list(columns))


def primitives():
    columns = {"none": pa.nulls(5), "bool": pa.array([True, None, False, True, None])}
    for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64()):
        top = 2 ** (kind.bit_width - 1)
        columns[str(kind)] = pa.array([0, -1, None, top - 1, -top], kind)
    for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()):
        columns[str(kind)] = pa.array([0, 1, None, 2**kind.bit_width - 1, 7], kind)
    for kind in (pa.float16(), pa.float32(), pa.float64()):
        columns[str(kind)] = pa.array([0.0, -1.5, None, float("inf"), 0.1], kind)
    batch = batch_of(**columns)
    return [batch, batch.slice(0, 0), batch.slice(1, 3)]


def texts():
    words = ["", "a", None, "ünï©ødé 🏹", "x" * 70]
    data = [b"", b"\x00\xff", None, b"abc", b"y" * 70]
    return [
        batch_of(
            string=pa.array(words, pa.string()),
            large_string=pa.array(words, pa.large_string()),
            binary=pa.array(data, pa.binary()),
            large_binary=pa.array(data, pa.large_binary()),
            fixed=pa.array([b"abc", None, b"\x00\x01\x02", b"xyz", b"---"], pa.binary(3)),
        ).slice(i, 5 - i)
        for i in range(3)
    ]


def temporal():
    stored = [0, 86399, None, 12345, 1]
    columns = {
        "date32": pa.array([0, -1, None, 20000, -719162], pa.int32()).cast(pa.date32()),
        "date64": pa.array([0, -86400000, None, 86400000 * 20000, 0], pa.int64()).cast(pa.date64()),
        "time32_s": pa.array(stored, pa.int32()).cast(pa.time32("s")),
        "time32_ms": pa.array(stored, pa.int32()).cast(pa.time32("ms")),
        "time64_us": pa.array(stored, pa.int64()).cast(pa.time64("us")),
        "time64_ns": pa.array(stored, pa.int64()).cast(pa.time64("ns")),
        "month_day_nano": pa.array(
            [pa.MonthDayNano([1, -2, 3]), None, pa.MonthDayNano([0, 0, 0]), pa.MonthDayNano([-12, 30, -(10**15)]), None],
            pa.month_day_nano_interval(),
        ),
    }
    moments = pa.array([0, -1, None, 1795305600, 1], pa.int64())
    for unit in ("s", "ms", "us", "ns"):
        columns[f"timestamp_{unit}"] = moments.cast(pa.timestamp(unit))
        columns[f"timestamp_{unit}_utc"] = moments.cast(pa.timestamp(unit, "UTC"))
        columns[f"duration_{unit}"] = moments.cast(pa.duration(unit))
    columns["timestamp_zone"] = moments.cast(pa.timestamp("us", "America/New_York"))
    columns["timestamp_offset"] = moments.cast(pa.timestamp("us", "+05:30"))
    return [batch_of(**columns)]


def decimals():
    columns = {}
    for kind in (pa.decimal32(9, 2), pa.decimal64(18, 4), pa.decimal128(38, 10), pa.decimal256(76, 20)):
        whole = kind.precision - kind.scale
        with decimal.localcontext() as context:
            context.prec = 76
            top = decimal.Decimal(10) ** whole - decimal.Decimal(1).scaleb(-kind.scale)
            values = [decimal.Decimal("0"), decimal.Decimal("-1.5"), None, top, -top]
        columns[str(kind)] = pa.array(values, kind)
    columns["negative_scale"] = pa.array([decimal.Decimal("1200"), None, decimal.Decimal("-100"), None, decimal.Decimal("0")], pa.decimal128(5, -2))
    return [batch_of(**columns)]


def nested():
    lists = [[1, 2, None], [], None, [3], [4, 5]]
    inner = pa.struct([pa.field("x", pa.int64(), nullable=False), pa.field("tags", pa.list_(pa.string()))])
    people = [{"x": 1, "tags": ["a", None]}, None, {"x": 3, "tags": None}, {"x": 4, "tags": []}, {"x": 5, "tags": ["b"]}]
    batch = batch_of(
        list=pa.array(lists, pa.list_(pa.int32())),
        large_list=pa.array(lists, pa.large_list(pa.float64())),
        fixed=pa.array([[1, 2], None, [3, None], [5, 6], [7, 8]], pa.list_(pa.int16(), 2)),
        struct=pa.array(people, inner),
        map=pa.array([[("a", 1), ("b", None)], [], None, [("c", 3)], [("d", 4)]], pa.map_(pa.string(), pa.int32())),
        list_of_structs=pa.array([[person] for person in people], pa.list_(inner)),
        list_of_lists=pa.array([[[1], [2, 3]], None, [[], None], [[4]], []], pa.list_(pa.list_(pa.int8()))),
        empty_struct=pa.array([{}, None, {}, {}, {}], pa.struct([])),
    )
    return [batch, batch.slice(1, 3), batch.slice(5, 0), batch.slice(3)]


def dictionaries():
    ordered = pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.uint16()), ["low", "high"], ordered=True)
    words = pa.array(["x", "y", None, "x"]).dictionary_encode()
    return [
        batch_of(
            word=words,
            ordered=ordered,
            number=pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, None], pa.int8()), pa.array([10.5, None])),
            list=pa.ListArray.from_arrays([0, 1, 3, 3, 4], words),
            struct=pa.StructArray.from_arrays([words, words.indices], ["word", "index"]),
            of_structs=pa.DictionaryArray.from_arrays(pa.array([0, 0, 1, None], pa.int32()), pa.array([{"a": "p"}, {"a": None}])),
        )
    ]


def changing_dictionaries():
    words = [["a", "b"], ["a", "b", "c"], ["z"], ["z", "y"]]
    return [batch_of(word=pa.DictionaryArray.from_arrays(pa.array([len(w) - 1, 0, None], pa.int32()), w)) for w in words]


def wide_compressible():
    return [batch_of(number=pa.array([None if i % 7 == 3 else i // 100 for i in range(400)]), word=pa.array(["arrow"] * 400))]


SAMPLES = [primitives, texts, temporal, decimals, nested, dictionaries]
REFUSED = {
    "union": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
    "string_view": pa.array(["x"], pa.string_view()),
    "binary_view": pa.array([b"x"], pa.binary_view()),
    "list_view": pa.array([[1]], pa.list_view(pa.int8())),
    "run_end_encoded": pa.RunEndEncodedArray.from_arrays([1], [7]),
}


def save(path, batches, new_writer=pa.ipc.new_stream, expect=True, **options):
    schema = batches[0].schema.with_metadata({"origin": "pyarrow", "sample": os.path.basename(path)})
    with pa.OSFile(path, "wb") as sink, new_writer(sink, schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in batches:
            writer.write_batch(batch)
    if expect:
        with open(path + ".json", "w", encoding="utf-8") as file:
            json.dump(show(batches), file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")


def write(folder):
    at = lambda name: os.path.join(folder, name)
    for sample in SAMPLES:
        save(at(sample.__name__ + ".arrows"), sample())
        save(at(sample.__name__ + ".arrow"), sample(), pa.ipc.new_file)
    save(at("replaced_dictionaries.arrows"), changing_dictionaries())
    save(at("delta_dictionaries.arrows"), changing_dictionaries(), emit_dictionary_deltas=True)
    save(at("delta_dictionaries.arrow"), changing_dictionaries()[:2], pa.ipc.new_file, emit_dictionary_deltas=True)
    save(at("legacy_prefix_v4.arrows"), nested(), use_legacy_format=True, metadata_version=pa.ipc.MetadataVersion.V4)
    save(at("lz4.arrows"), wide_compressible(), compression="lz4")
    save(at("zstd.arrows"), wide_compressible(), compression="zstd")
    for name, column in REFUSED.items():
        save(at(f"refused_{name}.arrows"), [batch_of(ok=pa.array([1]), odd=column)], expect=False)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        sys.stdout.reconfigure(encoding="utf-8")
        for name in sorted(os.listdir(sys.argv[2])):
            print(name, json.dumps(show(batches_of(os.path.join(sys.argv[2], name))), ensure_ascii=False), sep="\t")
