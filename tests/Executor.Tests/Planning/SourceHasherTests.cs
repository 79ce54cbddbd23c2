using System.Security.Cryptography;
using System.Text;
using Executor.Planning;
using Executor.Tests.Workflows;
using Xunit;

namespace Executor.Tests.Planning;

public sealed class SourceHasherTests : IDisposable
{
    private readonly WorkflowFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Report.cs")]
    [InlineData("Report.dll")]
    public void A_file_counts_by_its_bytes(string name) =>
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("content"))), SourceHasher.Hash(_folder.Write(name, "content")));

    [Fact]
    public void A_project_counts_by_all_its_sources()
    {
        var project = _folder.Write("p/Report.csproj", "<Project/>");
        _folder.Write("p/A.cs", "a");
        _folder.Write("p/sub/B.cs", "b");
        var first = SourceHasher.Hash(project);

        _folder.Write("p/obj/Generated.cs", "x");
        _folder.Write("p/sub/bin/Debug/Copy.cs", "x");
        _folder.Write("p/readme.md", "x");
        Assert.Equal(first, SourceHasher.Hash(project));

        _folder.Write("p/sub/B.cs", "b2");
        var edited = SourceHasher.Hash(project);
        Assert.NotEqual(first, edited);

        File.Move(Path.Combine(_folder.FullName, "p/sub/B.cs"), Path.Combine(_folder.FullName, "p/sub/C.cs"));
        var renamed = SourceHasher.Hash(project);
        Assert.NotEqual(edited, renamed);

        _folder.Write("p/Report.csproj", "<Project />");
        Assert.NotEqual(renamed, SourceHasher.Hash(project));
    }
}
