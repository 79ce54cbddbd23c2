namespace Executor.Contracts.Reporting;

/// <summary>Environment variables of the runner and of the body it starts.</summary>
public static class EnvironmentNames
{
    /// <summary>Runner: the task descriptor as JSON, at most 8 KiB.</summary>
    public const string Descriptor = "EXECUTOR_DESCRIPTOR";

    /// <summary>Runner: a file that holds the task descriptor, where it is not in <see cref="Descriptor"/>.</summary>
    public const string DescriptorFile = "EXECUTOR_DESCRIPTOR_FILE";

    /// <summary>
    /// Runner: the SHA-256, in lower-case hex, of a task descriptor that is kept in the store, where it is in neither <see cref="Descriptor"/>
    /// nor <see cref="DescriptorFile"/>. <see cref="DescriptorStores"/> and <see cref="DescriptorRun"/> say where.
    /// </summary>
    public const string DescriptorBlob = "EXECUTOR_DESCRIPTOR_BLOB";

    /// <summary>Runner: the addresses of the store that holds <see cref="DescriptorBlob"/> and serves the attempt, joined by commas.</summary>
    public const string DescriptorStores = "EXECUTOR_DESCRIPTOR_STORES";

    /// <summary>Runner: the run whose record <see cref="DescriptorBlob"/> is.</summary>
    public const string DescriptorRun = "EXECUTOR_DESCRIPTOR_RUN";

    /// <summary>
    /// Runner: how the log is written to standard error: <c>text</c> (the default) as it is, <c>json</c> as one JSON object a line. The log
    /// that is kept in the store is text in any case.
    /// </summary>
    public const string LogFormat = "EXECUTOR_LOG_FORMAT";

    /// <summary>Runner: the run's key for the shuffle store. Never passed to the body.</summary>
    public const string RunKey = "EXECUTOR_RUN_KEY";

    /// <summary>
    /// Runner: the authorities, certificates in PEM, that an <c>https</c> store's certificate must come from; those of the system by default.
    /// </summary>
    public const string StoreAuthorities = "EXECUTOR_STORE_CA";

    /// <summary>Runner: the name that the store's certificate is for; by default the host of the store's address.</summary>
    public const string StoreServerName = "EXECUTOR_STORE_SERVER_NAME";

    /// <summary>Runner: this pod's UID; a local launcher passes a nonce.</summary>
    public const string Incarnation = "EXECUTOR_INCARNATION";

    /// <summary>Runner: where the termination report goes; <c>/dev/termination-log</c> by default.</summary>
    public const string TerminationLog = "EXECUTOR_TERMINATION_LOG";

    /// <summary>
    /// Runner: the executable or .dll that hosts .NET tasks; by default <c>../dotnet-host/dotnet-host</c> beside the runner's own folder.
    /// </summary>
    public const string DotnetHost = "EXECUTOR_DOTNET_HOST";

    /// <summary>Runner: a writable folder for inputs and outputs that are files; <c>/tmp</c> by default.</summary>
    public const string ScratchDirectory = "EXECUTOR_SCRATCH_DIR";

    /// <summary>
    /// Runner: a launcher's wish that the attempt ends with it. <c>1</c>, or the launcher's process id, which also covers a launcher that has
    /// ended before the runner could ask the kernel to be told. The body's process group is then killed at once.
    /// </summary>
    public const string DieWithParent = "EXECUTOR_DIE_WITH_PARENT";

    /// <summary>
    /// Runner: the cgroup that was made for this attempt alone, and that its measures are read from: a folder of version 2, the folders of
    /// version 1 controllers separated by <c>:</c>, or <c>self</c> for the one that the runner is in. By default <c>self</c> for process 1
    /// (in a container) and none for any other.
    /// </summary>
    public const string Cgroup = "EXECUTOR_CGROUP";

    /// <summary>Runner: how many GPUs of NVIDIA's the attempt was given, whose use is measured then; none by default.</summary>
    public const string Gpus = "EXECUTOR_GPUS";

    /// <summary>Body: the run's id.</summary>
    public const string RunId = "EXECUTOR_RUN_ID";

    /// <summary>Body: the task's name.</summary>
    public const string Task = "EXECUTOR_TASK";

    /// <summary>Body: the instance's index, from zero.</summary>
    public const string Index = "EXECUTOR_INDEX";

    /// <summary>Body: the attempt's number, from one.</summary>
    public const string Attempt = "EXECUTOR_ATTEMPT";

    /// <summary>Body: the instance's item, where the fan-out has items.</summary>
    public const string Item = "EXECUTOR_ITEM";

    /// <summary>Body: the partition that the instance reads, where the fan-out has <c>splitAbove</c>.</summary>
    public const string Partition = "EXECUTOR_PARTITION";

    /// <summary>Body: which slice of the partition it is, from zero, where the fan-out has <c>splitAbove</c>.</summary>
    public const string Slice = "EXECUTOR_SLICE";

    /// <summary>Body: how many slices the partition has, where the fan-out has <c>splitAbove</c>.</summary>
    public const string Slices = "EXECUTOR_SLICES";

    /// <summary>Body: all parameters as one JSON object of strings.</summary>
    public const string Parameters = "EXECUTOR_PARAMETERS";

    /// <summary>
    /// Body: where its inputs are, in declared order: a JSON array of <see cref="Descriptors.DataBinding"/>.
    /// </summary>
    public const string Inputs = "EXECUTOR_INPUTS";

    /// <summary>Body: where its outputs are expected, in declared order: a JSON array of <see cref="Descriptors.DataBinding"/>.</summary>
    public const string Outputs = "EXECUTOR_OUTPUTS";

    /// <summary>Body: the folder with one file per input not bound to stdin, named <c>task.output.arrows</c> or <c>task.output.txt</c>.</summary>
    public const string InputDirectory = "EXECUTOR_INPUT_DIR";

    /// <summary>Body: the folder to write one file per output not bound to stdout, named <c>output.arrows</c> or <c>output.txt</c>.</summary>
    public const string OutputDirectory = "EXECUTOR_OUTPUT_DIR";

    /// <summary>
    /// Body: the folder of the task's code: the unpacked bundle, or where a .NET task's assembly lies. Not set where the code is in the image.
    /// </summary>
    public const string CodeDirectory = "EXECUTOR_CODE_DIR";

    /// <summary>Body: a file to write progress to, one line <c>fraction message</c> at a time, the last one counts.</summary>
    public const string ProgressFile = "EXECUTOR_PROGRESS_FILE";
}
