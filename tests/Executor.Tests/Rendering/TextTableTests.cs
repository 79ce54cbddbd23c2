using Executor.Rendering;
using Xunit;

namespace Executor.Tests.Rendering;

public sealed class TextTableTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_numbers_are_at_the_right()
    {
        using var writer = new StringWriter { NewLine = "\n" };

        TextTable.Write(writer, ["NAME", new TextColumn("N", AlignRight: true), "END"], [["a", "1", "x"], ["longer", "1000", ""]]);

        Assert.Equal("NAME       N  END\na          1  x\nlonger  1000\n", writer.ToString());
    }

    [Fact]
    public void A_line_break_in_a_cell_does_not_break_the_table()
    {
        using var writer = new StringWriter { NewLine = "\n" };

        TextTable.Write(writer, ["A"], [["one\ntwo"]]);

        Assert.Equal("A\none two\n", writer.ToString());
    }
}
