using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Parts;
using Xunit;

namespace EndToEnd.Tests.Results;

/// <summary>A table of many types, made by pyarrow in a task, comes back as it was in every format that results are written in.</summary>
public sealed class ResultFormatTests(ResultFormatTests.Run run) : IClassFixture<ResultFormatTests.Run>
{
    private const string Table = """
        import datetime as dt, decimal as d, sys, pyarrow as pa
        utc = dt.timezone.utc
        table = pa.table({
            'truth': pa.array([True, None, False]),
            'small': pa.array([-128, None, 127], pa.int8()),
            'big': pa.array([-2**63, None, 2**63 - 1], pa.int64()),
            'unsigned': pa.array([0, None, 2**64 - 1], pa.uint64()),
            'single': pa.array([0.1, None, -3.5e-10], pa.float32()),
            'double': pa.array([0.1, None, 1e300], pa.float64()),
            'money': pa.array([d.Decimal('-0.05'), None, d.Decimal('12345678901234567890.10')], pa.decimal128(30, 2)),
            'text': pa.array(['', None, 'a "quoted", é\nline']),
            'wide': pa.array(['x', None, '☃'], pa.large_string()),
            'bytes': pa.array([b'\x00\xff', None, b''], pa.binary()),
            'day': pa.array([dt.date(1969, 12, 31), None, dt.date(2026, 11, 22)]),
            'moment': pa.array([dt.datetime(1969, 12, 31, 23, 59, 59, 999999, utc), None, dt.datetime(2026, 11, 22, 3, 4, 5, 6, utc)], pa.timestamp('us', 'UTC')),
            'local': pa.array([dt.datetime(2000, 1, 1), None, dt.datetime(2026, 11, 22, 3, 4, 5)], pa.timestamp('s')),
            'clock': pa.array([dt.time(0), None, dt.time(23, 59, 59, 1000)], pa.time64('us')),
            'list': pa.array([[1, None], None, []], pa.list_(pa.int32())),
            'record': pa.array([{'a': 1, 'b': 'x'}, None, {'a': None, 'b': 'y'}], pa.struct([('a', pa.int32()), ('b', pa.string())])),
            'coded': pa.array(['red', None, 'blue']).dictionary_encode(),
        })
        """;

    [Fact]
    public async Task The_Arrow_file_holds_the_table_that_the_task_wrote() => await PyArrow.RunAsync(
        Table + """

        with pa.memory_map(sys.argv[1]) as file:
            found = pa.ipc.open_file(file).read_all()
        found.validate(full=True)
        assert found.schema.equals(table.schema), f'{found.schema}\n{table.schema}'
        assert found.to_pylist() == table.to_pylist(), found.to_pylist()
        """,
        TestContext.Current.CancellationToken,
        run.Result("arrow"));

    [Fact]
    public async Task DuckDB_reads_the_CSV_file_back_with_nulls_and_empty_texts_apart()
    {
        var rows = await DuckDb.QueryAsync(
            $"from read_csv('{run.Result("csv")}', all_varchar = true, header = true, allow_quoted_nulls = false, quote = '\"', escape = '\"', delim = ',')",
            TestContext.Current.CancellationToken);

        var read = rows.Select(row => row.ToDictionary(cell => cell.Key, cell => cell.Value.GetString())).ToList();
        Assert.Equal(3, read.Count);
        Assert.All(read[1].Values, Assert.Null);
        Assert.Equal("", read[0]["text"]);
        Assert.Equal("a \"quoted\", é\nline", read[2]["text"]);
        Assert.Equal("-9223372036854775808", read[0]["big"]);
        Assert.Equal("18446744073709551615", read[2]["unsigned"]);
        Assert.Equal("12345678901234567890.10", read[2]["money"]);
        Assert.Equal("1969-12-31", read[0]["day"]);
        Assert.Equal("1969-12-31T23:59:59.999999Z", read[0]["moment"]);
        Assert.Equal("2026-11-22T03:04:05", read[2]["local"]);
        Assert.Equal("00ff", read[0]["bytes"]);
        Assert.Equal("[1,null]", read[0]["list"]);
        Assert.Equal("blue", read[2]["coded"]);
    }

    [Fact]
    public async Task Python_reads_the_JSON_lines_back_digit_by_digit() => await PyArrow.RunAsync(
        Table + """

        import base64, json
        found = [json.loads(line, parse_float=d.Decimal) for line in open(sys.argv[1], encoding='utf-8')]
        assert [list(row) for row in found] == [table.column_names] * 3, found
        for name in ('truth', 'small', 'big', 'unsigned', 'money', 'text', 'wide', 'list', 'record', 'coded'):
            assert [row[name] for row in found] == table[name].to_pylist(), (name, [row[name] for row in found])
        for name in ('single', 'double'):
            assert pa.array([None if row[name] is None else float(row[name]) for row in found], table[name].type) == table[name].combine_chunks(), name
        assert [None if row['bytes'] is None else base64.b64decode(row['bytes']) for row in found] == table['bytes'].to_pylist()
        for name, parse in (('day', dt.date), ('moment', dt.datetime), ('local', dt.datetime), ('clock', dt.time)):
            read = [None if row[name] is None else parse.fromisoformat(row[name]) for row in found]
            assert read == table[name].to_pylist(), (name, read)
        """,
        TestContext.Current.CancellationToken,
        run.Result("jsonl"));

    [Fact]
    public void The_table_for_people_shows_every_column()
    {
        foreach (var column in new[] { "truth", "money", "moment", "coded" })
        {
            Assert.Contains(column, run.Output, StringComparison.Ordinal);
        }

        Assert.Contains("12345678901234567890.10", run.Output, StringComparison.Ordinal);
    }

    /// <summary>One run, exported in every format.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private readonly Workspace _workspace = new();

        public string Output { get; private set; } = "";

        public string Result(string extension) => _workspace.PathOf("results", $"make.table.{extension}");

        public async ValueTask InitializeAsync()
        {
            var python = ExternalPart.Locate(ExternalPart.PyArrow);
            var script = _workspace.Write("table.py", Table + """

                with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
                    writer.write_table(table)
                """);
            var workflow = _workspace.WriteWorkflow(
                $$"""
                tasks:
                  - name: make
                    command: ["{{python}}", "{{script}}"]
                    stdout: table
                    outputs: [{name: table}]
                results: [make.table]
                """);

            Output = (await _workspace.ExecutorAsync(
                "run", workflow, "--results", _workspace.PathOf("results"), "--format", "arrow", "--format", "csv", "--format", "jsonl")).Expect(0).Output;
        }

        public ValueTask DisposeAsync() => _workspace.DisposeAsync();
    }
}
