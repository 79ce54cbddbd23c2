using Executor.Contracts.Identity;
using Executor.Contracts.Records;
using Executor.Shuffle.Engine.Records;

namespace Executor.Tests.Exploration;

/// <summary>Writes that were given up: each is carried out at any time, once, or never, and is refused like any other where its key is taken.</summary>
internal sealed partial class World
{
    private static readonly string SchemaKey =
        ObjectKeys.Record(Settings.Run, RecordKeys.Schema(new OutputId("p", "out"), Settings.TaskDefinition));

    private IEnumerable<Step> LateSteps() => Late.Where(MayBeCarriedOut).Select(write => new Step(
        $"the write of {write.Key}, which was given up, is carried out", () => Change(next => next.CarryOut(write)), IsFault: true));

    private bool MayBeCarriedOut(LateWrite write) =>
        !Objects.Contains(write.Key)
        || (_settings.Broken == BrokenRule.OverwriteCommitsLate && write.Key.Contains("/commits/", StringComparison.Ordinal));

    private static string Text(LateWrite write) => $"{write.Key} {Hashing.Of(write.Content)}";

    private void CarryOut(LateWrite write)
    {
        var before = Objects;
        Objects = Objects.With(write.Key, write.Content);
        Late = Late.Remove(write);
        CheckNothingReplaced(before);
        switch (write.Driver)
        {
            case { Stage: DriverStage.Opening }:
                LatestEpoch = Entries++;
                break;
            case { } driver:
                Entries++;
                TakeIn(driver);
                break;
        }
    }
}
