using Executor.Arrow.Types;
using Executor.Contracts.Records;
using Executor.Shuffle.Channel;

namespace Executor.Results;

/// <summary>Writes sealed outputs as files.</summary>
internal static class ResultExporter
{
    /// <summary>
    /// Writes <c>DIRECTORY/task.output.EXTENSION</c>, under another name until it is whole, and returns its path. Throws
    /// <see cref="IOException"/>, <see cref="UnauthorizedAccessException"/> or <see cref="ShuffleException"/>.
    /// </summary>
    public static async Task<string> ExportAsync(
        IShuffleChannel channel,
        SealId seal,
        SealRecord record,
        string directory,
        ResultFormat format,
        CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, seal.Output + Extension(format));
        var partial = path + ".partial";
        var schema = ResultReader.SchemaOf(record);
        try
        {
            await using (var writer = Open(new FileStream(partial, FileMode.Create, FileAccess.Write), schema, format))
            {
                await foreach (var batch in ResultReader.ReadAsync(channel, seal, record, cancellationToken))
                {
                    await writer.WriteAsync(batch, cancellationToken);
                }

                await writer.CompleteAsync(cancellationToken);
            }

            File.Move(partial, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static IResultWriter Open(Stream stream, Schema schema, ResultFormat format) => format switch
    {
        ResultFormat.Arrow => new ArrowResultWriter(stream, schema),
        ResultFormat.Csv => new CsvResultWriter(stream, schema),
        _ => new JsonLinesResultWriter(stream, schema),
    };

    private static string Extension(ResultFormat format) => format switch
    {
        ResultFormat.Arrow => ".arrow",
        ResultFormat.Csv => ".csv",
        _ => ".jsonl",
    };
}
