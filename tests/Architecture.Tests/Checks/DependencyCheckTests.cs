using Xunit;
using static Architecture.Tests.Checks.MadeUpTree;

namespace Architecture.Tests.Checks;

public sealed class DependencyCheckTests
{
    [Theory]
    [InlineData("executor", "task-runner")]
    [InlineData("executor", "shuffle-store")]
    [InlineData("task-runner", "dotnet-host")]
    [InlineData("dotnet-host", "executor")]
    [InlineData("protocols/grpc", "contracts")]
    [InlineData("protocols/arrow", "protocols/grpc")]
    [InlineData("protocols/grpc", "protocols/arrow")]
    [InlineData("protocols/kubernetes", "protocols/grpc")]
    [InlineData("protocols/flight", "sdk")]
    [InlineData("protocols/flight", "shuffle/channel")]
    [InlineData("contracts", "protocols/arrow")]
    [InlineData("shuffle/channel", "shuffle/engine")]
    [InlineData("shuffle/engine", "executor")]
    [InlineData("sdk", "protocols/grpc")]
    public void A_reference_against_the_direction_is_found(string from, string to)
    {
        var tree = Of(($"{from}/It.csproj", ProjectFile(Reference($"{Up(from)}{to}/Other.csproj"))));

        AssertOne(DependencyCheck.Run(tree), $"{from}/It.csproj", $"references {to}", $"{from} may reference");
    }

    [Theory]
    [InlineData("executor", "shuffle/engine")]
    [InlineData("executor", "protocols/kubernetes")]
    [InlineData("protocols/flight", "protocols/arrow")]
    [InlineData("shuffle/channel", "protocols/flight")]
    [InlineData("sdk", "protocols/arrow")]
    [InlineData("tests/Executor.Tests", "executor")]
    public void A_reference_in_the_direction_is_allowed(string from, string to)
    {
        var tree = Of(($"{from}/It.csproj", ProjectFile(Reference($"{Up(from)}{to}/Other.csproj"))));

        Assert.Empty(DependencyCheck.Run(tree));
    }

    [Fact]
    public void An_app_may_be_built_after_another_that_ships_next_to_it()
    {
        var project = ProjectFile(BuildOrder("../task-runner/TaskRunner.csproj"), BuildOrder(@"..\dotnet-host\Host.csproj"));

        Assert.Empty(DependencyCheck.Run(Of(("executor/It.csproj", project))));
    }

    [Fact]
    public void The_order_of_the_build_may_be_said_in_an_element()
    {
        const string Item = """
            <ProjectReference Include="../task-runner/It.csproj">
              <ReferenceOutputAssembly> false </ReferenceOutputAssembly>
            </ProjectReference>
            """;

        Assert.Empty(DependencyCheck.Run(Of(("executor/It.csproj", ProjectFile(Item)))));
    }

    [Fact]
    public void Another_order_of_the_build_is_found()
    {
        var tree = Of(("contracts/It.csproj", ProjectFile(BuildOrder("../executor/Executor.csproj"))));

        AssertOne(DependencyCheck.Run(tree), "contracts/It.csproj", "is built after executor", "executor after task-runner");
    }

    [Fact]
    public void Several_projects_in_one_reference_are_each_looked_at()
    {
        var tree = Of(("sdk/It.csproj", ProjectFile(Reference("../contracts/A.csproj; ../shuffle/channel/B.csproj"))));

        AssertOne(DependencyCheck.Run(tree), "sdk/It.csproj", "references shuffle/channel");
    }

    [Fact]
    public void A_project_without_a_row_is_found() =>
        AssertOne(DependencyCheck.Run(Of(("gateway/It.csproj", ProjectFile()))), "gateway/It.csproj", "no row names this project");

    [Theory]
    [InlineData("shuffle/engine", false)]
    [InlineData("shuffle/s3", true)]
    [InlineData("shuffle/objects-s3", true)]
    [InlineData("shuffle-store/Objects/S3", true)]
    [InlineData("tests/Shuffle.Tests", true)]
    public void The_S3_package_is_for_projects_of_S3_alone(string folder, bool allowed)
    {
        var found = DependencyCheck.Run(Of(($"{folder}/It.csproj", ProjectFile(Package("AWSSDK.S3")))))
            .Where(violation => violation.Found.Contains("AWSSDK.S3", StringComparison.Ordinal));

        Assert.Equal(allowed, !found.Any());
    }

    private static string Up(string folder) => string.Concat(Enumerable.Repeat("../", folder.Split('/').Length));
}
