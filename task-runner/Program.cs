using Executor.Shuffle.Channel.Flight;
using Executor.TaskRunner.Lifecycle;
using Executor.TaskRunner.Reporting;

RunnerProcess.PrepareProcess();
var settings = RunnerSettings.OfThisProcess();
using var stop = new StopSignals();
stop.Listen(settings.DieWithParent);
var log = AttemptLog.OnStandardError(settings.LogFormat, TimeProvider.System);
return await new RunnerProcess(settings, Connect, log, stop, TimeProvider.System).RunAsync();

static StoreConnection Connect(IReadOnlyList<Uri> stores, RunnerSettings settings)
{
    var options = new FlightChannelOptions { Endpoints = stores, Key = settings.RunKey, Trust = settings.StoreTrust };

    // One connection for both: with TLS, making one costs more processor time than all that many a task sends.
    var channel = new FlightShuffleChannel(options);
    return new StoreConnection(channel, new FlightRunRecords(channel));
}
