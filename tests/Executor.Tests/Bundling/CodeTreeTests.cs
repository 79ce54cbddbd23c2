using System.Diagnostics;
using Executor.Bundling;
using Executor.TestKit;
using Xunit;

namespace Executor.Tests.Bundling;

public sealed class CodeTreeTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new("executor-code-");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Dates_and_the_place_do_not_count_and_all_else_does()
    {
        Write("a");
        Write("b");
        File.SetLastWriteTimeUtc(_folder.PathOf("b", "run.sh"), new DateTime(2001, 2, 3, 0, 0, 0, DateTimeKind.Utc));
        File.SetUnixFileMode(_folder.PathOf("b", "lib", "x.awk"), UnixFileMode.UserRead);
        var hash = Hash("a");
        Assert.Equal(hash, Hash("b"));

        var seen = new HashSet<string> { hash };
        void Differs() => Assert.True(seen.Add(Hash("b")));
        _folder.Write("b/run.sh", "echo 2");
        Differs();
        File.SetUnixFileMode(_folder.PathOf("b", "run.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Differs();
        File.Move(_folder.PathOf("b", "run.sh"), _folder.PathOf("b", "run2.sh"));
        Differs();
        File.Delete(_folder.PathOf("b", "x"));
        Differs();
        File.CreateSymbolicLink(_folder.PathOf("b", "x"), "run2.sh");
        Differs();
        Directory.CreateDirectory(_folder.PathOf("b", "empty"));
        Differs();
    }

    [Fact]
    public void A_folder_stands_before_what_it_holds()
    {
        Write("a");

        Assert.Equal(["lib", "lib/x.awk", "run.sh", "x"], CodeTree.Read(_folder.PathOf("a")).Entries.Select(entry => entry.Path));
    }

    [Fact]
    public void What_changes_without_the_code_is_left_out()
    {
        Write("a");
        var hash = Hash("a");
        _folder.Write("a/.git/HEAD", "ref");
        _folder.Write("a/lib/__pycache__/x.pyc", "compiled");
        var workflow = _folder.Write("a/workflow.yaml", "kind: Workflow");

        Assert.Equal(hash, CodeTree.Read(_folder.PathOf("a"), workflow).Sha256);
        Assert.NotEqual(hash, Hash("a"));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../outside")]
    [InlineData("lib/../../outside")]
    public void A_link_that_leads_outside_is_refused(string target)
    {
        Write("a");
        File.CreateSymbolicLink(_folder.PathOf("a", "out"), target);

        var refused = Assert.Throws<BundleException>(() => Hash("a"));
        Assert.Contains($"out: the link leads to {target}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        Write("a");
        using (var made = Process.Start("mkfifo", _folder.PathOf("a", "pipe")))
        {
            made.WaitForExit();
        }

        Assert.Contains("pipe: found a pipe, a socket or a device", Assert.Throws<BundleException>(() => Hash("a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_too_large_is_refused_before_it_is_read()
    {
        Write("a");
        using (var sparse = File.Create(_folder.PathOf("a", "sparse")))
        {
            sparse.SetLength((1L << 30) + 1);
        }

        Assert.Contains("expected at most 1073741824 (1024 MiB)", Assert.Throws<BundleException>(() => Hash("a")).Message, StringComparison.Ordinal);
    }

    private void Write(string name)
    {
        _folder.Write($"{name}/run.sh", "echo 1");
        _folder.Write($"{name}/lib/x.awk", "1");
        File.CreateSymbolicLink(_folder.PathOf(name, "x"), "lib/x.awk");
    }

    private string Hash(string name) => CodeTree.Read(_folder.PathOf(name)).Sha256;
}
