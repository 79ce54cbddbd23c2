"""Puts an output into the store, commits and seals it, and reads it back, with nothing but pyarrow.flight.

Arguments: address, key, run, and for TLS the file with the authority."""
import base64
import json
import sys

import pyarrow as pa
import pyarrow.flight as flight

address, key, run = sys.argv[1:4]
tls = {"tls_root_certs": open(sys.argv[4]).read()} if len(sys.argv) > 4 else {}
client = flight.FlightClient(address, **tls)
token = client.authenticate_basic_token("anyone", key)
options = flight.FlightCallOptions(headers=[token])
schema = pa.schema([("region", pa.dictionary(pa.int32(), pa.string())), ("amount", pa.float64())])
definition = "py0001"


def act(name, body):
    return [result.body.to_pybytes() for result in client.do_action(flight.Action(name, json.dumps(body).encode()), options)]


def put(index, rows):
    writer_id = {"attempt": {"run": run, "task": "sales", "index": index, "generation": 0, "attempt": 1}, "incarnation": "py-%d" % index}
    target = {"writer": writer_id, "taskDefinition": definition, "output": "lines", "partitionCount": 1}
    writer, metadata = client.do_put(flight.FlightDescriptor.for_command(json.dumps(target).encode()), schema, options)
    for i in range(0, len(rows), 100):
        part = rows[i:i + 100]
        regions = pa.DictionaryArray.from_arrays(pa.array([r % 3 for r in part], pa.int32()), pa.array(["north", "south", "west"]))
        writer.write_batch(pa.record_batch([regions, pa.array([float(r) for r in part])], schema=schema))
    writer.done_writing()
    last = None
    while (said := metadata.read()) is not None:
        last = json.loads(said.to_pybytes())
    writer.close()
    output = {"name": "lines", "schema": base64.b64encode(schema.serialize().to_pybytes()).decode(),
              "segments": last["segments"], "partitions": last["partitions"]}
    commit = {"writer": writer_id, "definition": "d%d" % index, "taskDefinition": definition, "outputs": [output]}
    answer = json.loads(act("commit", commit)[0])
    assert answer["won"], answer


put(0, list(range(1000)))
put(1, list(range(1000, 1500)))
seal = {"run": run, "output": {"task": "sales", "output": "lines"}, "generation": 0}
act("seal", {"seal": seal, "epoch": 1, "partitionCount": 1, "generations": [0, 0]})

info = client.get_flight_info(flight.FlightDescriptor.for_path(run, "sales.lines"), options)
assert info.total_records == 1500, info.total_records
assert info.schema.equals(schema), info.schema
assert [f.total_records for f in client.list_flights(run.encode(), options)] == [1500]
assert client.get_schema(flight.FlightDescriptor.for_path(run, "sales.lines"), options).schema.equals(schema)

tables = [client.do_get(endpoint.ticket).read_all() for endpoint in info.endpoints]  # signed tickets need no key
table = pa.concat_tables(tables)
assert sorted(table["amount"].to_pylist()) == [float(i) for i in range(1500)]
assert set(zip(table["region"].to_pylist(), [int(a) % 3 for a in table["amount"].to_pylist()])) == {("north", 0), ("south", 1), ("west", 2)}

report = json.loads(act("verify-run", {"run": run})[0])
assert report["blocks"] == 15 and report["losses"] == [], report
assert "commit" in [action.type for action in client.list_actions(options)]
try:
    flight.FlightClient(address, **tls).get_flight_info(flight.FlightDescriptor.for_path(run, "sales.lines"))
    raise AssertionError("no key was needed")
except flight.FlightUnauthorizedError:
    pass
try:
    client.authenticate_basic_token("anyone", "wrong")
    raise AssertionError("a wrong key was good")
except flight.FlightUnauthenticatedError:
    pass
print("rows", table.num_rows)
