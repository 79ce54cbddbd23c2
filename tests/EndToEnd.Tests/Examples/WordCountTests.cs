using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Executor.TestKit;
using Executor.TestKit.Parts;
using Xunit;

namespace EndToEnd.Tests.Examples;

/// <summary>The word count over texts made here, held against two counts that share no code with it.</summary>
public sealed partial class WordCountTests(WordCountTests.Run run) : IClassFixture<WordCountTests.Run>
{
    [Fact]
    public void The_words_are_those_that_one_pass_in_memory_counts()
    {
        var expected = Directory.EnumerateFiles(run.Texts)
            .SelectMany(file => Word().Matches(File.ReadAllText(file)).Select(match => match.Value.ToLowerInvariant()))
            .Where(word => word.Length > 1)
            .CountBy(word => word)
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Value} {count.Key}"));

        Assert.Equal(expected, run.Counted);
    }

    [Fact]
    public async Task The_words_are_those_that_DuckDB_counts()
    {
        var rows = await DuckDb.QueryAsync(
            $$"""
            select count(*)::varchar || ' ' || word as line from (
              select lower(unnest(regexp_extract_all(content, '[A-Za-z]+'))) as word from read_text('{{run.Texts}}/*'))
            where length(word) > 1 group by word order by count(*) desc, word
            """,
            TestContext.Current.CancellationToken);

        Assert.Equal(rows.Select(row => row["line"].GetString()), run.Counted);
    }

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Word();

    /// <summary>One run that both counts are compared with.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private const int Seed = 20_01;
        private readonly Workspace _workspace = new();

        public string Texts => _workspace.PathOf("texts");

        public IReadOnlyList<string> Counted { get; private set; } = [];

        public async ValueTask InitializeAsync()
        {
            WriteTexts(new Random(Seed));
            (await _workspace.ExecutorAsync(
                "run", Repository.PathOf("examples", "wordcount", "workflow.yaml"),
                "--parameter", $"directory={Texts}", "--parameter", "top=1000000",
                "--results", _workspace.PathOf("results"), "--format", "csv")).Expect(0);
            Counted = [.. (await File.ReadAllLinesAsync(_workspace.PathOf("results", "rank.table.csv"))).Skip(1)];
        }

        public ValueTask DisposeAsync() => _workspace.DisposeAsync();

        private void WriteTexts(Random random)
        {
            string[] words = [.. Enumerable.Range(0, 400).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => Letter(random))))];
            string[] separators = [" ", " ", ", ", "\n", ".\n\n", "-", " é ", "'"];
            for (var file = 0; file < 23; file++)
            {
                // Squared, so that some words are much more frequent than others.
                var text = Enumerable.Range(0, random.Next(0, 3000))
                    .Select(_ => words[(int)(words.Length * Math.Pow(random.NextDouble(), 2))] + separators[random.Next(separators.Length)]);
                _workspace.Write(string.Create(CultureInfo.InvariantCulture, $"texts/{file:00}.txt"), string.Concat(text));
            }
        }

        private static char Letter(Random random) => (char)((random.Next(5) == 0 ? 'A' : 'a') + random.Next(26));
    }
}
