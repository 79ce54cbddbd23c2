using Executor.Shuffle.Channel.Flight;
using Executor.TaskRunner.Lifecycle;
using Executor.TaskRunner.Reporting;

RunnerProcess.PrepareProcess();
var settings = RunnerSettings.OfThisProcess();
using var stop = new StopSignals();
stop.Listen(settings.DieWithParent);
return await new RunnerProcess(settings, Connect, AttemptLog.OnStandardError(), stop, TimeProvider.System).RunAsync();

static StoreConnection Connect(Executor.Contracts.Descriptors.TaskDescriptor descriptor, RunnerSettings settings)
{
    var options = new FlightChannelOptions { Endpoints = descriptor.Stores, Key = settings.RunKey };
    return new StoreConnection(new FlightShuffleChannel(options), new FlightRunRecords(options));
}
