using System.Security.Cryptography;
using System.Text;
using Executor.Contracts.Descriptors;
using Executor.Contracts.Identity;
using Executor.Driving;
using Executor.Planning;

namespace Executor.Tests.Driving;

/// <summary>Descriptors for tests: the definition is the task's name, the instance, a version and the seals read.</summary>
internal static class Descriptors
{
    public static DescribeAttempt Of(RunPlan plan, string run, Func<int, string>? version = null) =>
        (task, index, generation, attempt, seals, resources, slice) => new TaskDescriptor
        {
            Attempt = new AttemptId(run, plan.Tasks[task].Name, index, generation, attempt),
            Definition = Hash($"{plan.Tasks[task].Name}[{index}] {version?.Invoke(task)} reads {string.Join(',', seals)} {slice}"),
            TaskDefinition = Hash(plan.Tasks[task].Name + version?.Invoke(task)),
            Stores = [],
            Command = plan.Tasks[task].Command,
            Inputs = [.. plan.Tasks[task].Inputs.Select((input, i) => new InputDescriptor
            {
                From = input.From,
                SealGeneration = seals[i],
                Partition = slice?.Partition,
                Sources = slice?.Sources,
            })],
            Outputs = [.. plan.Tasks[task].Outputs.Select(output => new OutputDescriptor { Name = output.Name, Partitioning = output.Partitioning })],
            Resources = resources ?? plan.Tasks[task].Resources,
        };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
