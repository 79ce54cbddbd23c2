using Executor.Arrow.Ipc;
using Executor.Arrow.Types;
using Executor.Driving;
using Executor.Planning;
using Executor.Scheduling;
using Executor.Tests.Driving;
using Executor.Tests.Scheduling;

namespace Executor.Tests.Exploration;

/// <summary>How often what may go wrong in a world.</summary>
/// <param name="Crashes">Deaths of a driver, an attempt or a store pod.</param>
/// <param name="LostAnswers">Calls that take effect, wholly or in part, and whose answer is lost.</param>
/// <param name="LostSegments">Segments that vanish from the object store.</param>
/// <param name="SecondDrivers">Drivers started beside one that lives.</param>
/// <param name="SecondIncarnations">Second pods of an attempt whose first one lives.</param>
/// <param name="LateWrites">Writes that their callers give up, and that are carried out at any time after that, or never.</param>
/// <param name="OldListings">Listings that do not show an object that stands.</param>
internal readonly record struct Faults(
    int Crashes, int LostAnswers, int LostSegments, int SecondDrivers, int SecondIncarnations, int LateWrites = 0, int OldListings = 0);

/// <summary>Rules of the protocol that can be broken to see whether exploration notices.</summary>
internal enum BrokenRule
{
    None,

    /// <summary>The driver starts attempts before the journal says so.</summary>
    LaunchBeforeJournal,

    /// <summary>A store pod acknowledges blocks before their segment is in the object store.</summary>
    AcknowledgeBeforePut,

    /// <summary>Readers take the blocks of every writer in a sealed output's segments.</summary>
    ReadLosers,

    /// <summary>A driver that takes over looks for commits first and for attempts after that.</summary>
    ListCommitsFirst,

    /// <summary>A commit replaces the one that stands.</summary>
    OverwriteCommits,

    /// <summary>A commit that is carried out late replaces the one that stands.</summary>
    OverwriteCommitsLate,

    /// <summary>The driver releases attempts before the journal says what became of them.</summary>
    ReleaseBeforeJournal,

    /// <summary>A driver whose append finds another driver's entry appends behind it.</summary>
    IgnoreFencing,

    /// <summary>Readers of a slice take all of its partition.</summary>
    ReadWholePartitions,
}

/// <summary>What is the same in all states of a world: a producer of some instances, and a consumer that reads all of it, or an instance of it for each slice.</summary>
internal sealed class Settings
{
    public const string Run = "r";
    public const string TaskDefinition = "def";
    public static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    public static readonly byte[] Schema = MessageEncoder.EncodeSchema(new Schema([new Field("x", Int64Type.Default, true)], null)).ToArray();

    public Settings(int producers, Faults faults, BrokenRule broken = BrokenRule.None, bool keepsEnded = false, bool slices = false)
    {
        var read = new Contracts.Identity.OutputId("p", "out");
        Faults = faults;
        Broken = broken;
        KeepsEnded = keepsEnded;
        Plan = Plans.Of(
            Plans.Task("p", producers).WithRetries(0, 20),
            Plans.Task("c", 1) with
            {
                Inputs = [new PlannedInput(read, slices ? ReadMode.Partition : ReadMode.All, default, false)],

                // So little that every producing instance is a slice.
                Split = slices ? new PlannedSplit(read, 1) : null,
                DependsOn = [0],
                Outputs = [],
                Retries = new RetryBudget(0, 20),
            });
        Graph = new TaskGraph(Plan);
        Definitions = new DescribedDefinitions(Descriptors.Of(Plan, Run));
    }

    public Faults Faults { get; }

    public BrokenRule Broken { get; }

    /// <summary>
    /// True if something is left of an ended attempt until it is released, as a Job is in a cluster, and tells every driver of the end; false if
    /// nothing is, as of a process.
    /// </summary>
    public bool KeepsEnded { get; }

    public RunPlan Plan { get; }

    public TaskGraph Graph { get; }

    public IDefinitions Definitions { get; }

    public SchedulerOptions Options { get; } = new()
    {
        MaxParallel = 8,
        InfrastructureRetry = new BackOff(TimeSpan.Zero, TimeSpan.Zero),
        Hold = new BackOff(TimeSpan.Zero, TimeSpan.Zero),
    };
}
