using System;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Reports;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Report.Tests;

/// <summary>The files of reports, byte for byte.</summary>
public sealed class ReportFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-report-").FullName;

    private string FilePath => Path.Combine(folder, "report");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("", "")]
    [InlineData("Anna", "Anna")]
    [InlineData("Anna, B.", "\"Anna, B.\"")]
    [InlineData("the \"big\" one", "\"the \"\"big\"\" one\"")]
    [InlineData("two\r\nlines", "\"two\r\nlines\"")]
    [InlineData(" padded", "\" padded\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+41 44 123", "'+41 44 123")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "\"'\rx\"")]
    [InlineData("\u00A0=1", "'\u00A0=1")]
    [InlineData("\uFF1D1", "'\uFF1D1")]
    [InlineData("\"=1", "\"'\"\"=1\"")]
    [InlineData("x;=1", "x;'=1")]
    [InlineData("x; \"-1;@y;z", "\"x;' \"\"-1;'@y;z\"")]
    [InlineData("x\n=1", "\"x\n'=1\"")]
    [InlineData(";", ";")]
    [InlineData(";;", ";;")]
    [InlineData("a;b - c", "a;b - c")]
    [InlineData("a=b", "a=b")]
    [InlineData("anna+x@contoso.com", "anna+x@contoso.com")]
    public void A_cell_is_quoted_and_never_a_formula(string text, string cell) => Assert.Equal(cell, CsvCell.Of(text));

    [Fact]
    public void No_column_can_be_a_formula()
    {
        using (var table = new ReportTable(FilePath, overwrite: false, Samples.Elsewhere))
        {
            const string Formula = "=1+1";
            table.Add(Samples.Sample(0, Formula, Samples.Now) with
            {
                Email = Formula,
                DisplayName = Formula,
                EntraId = Formula,
                AccountId = Formula,
                Group = Formula,
                Reason = Formula,
                Before = Formula,
                After = Formula,
                ErrorId = Formula,
                Message = Formula,
            });
            table.Complete(Summary());
        }

        var cells = File.ReadAllLines(FilePath)[1].Split(',');
        Assert.Equal(15, cells.Length);
        Assert.All(cells.Where((_, column) => column is not (>= 1 and <= 4)), cell => Assert.Equal("'=1+1", cell));
    }

    [Fact]
    public void Half_a_surrogate_pair_and_a_control_character_do_not_break_a_file()
    {
        var change = Samples.Sample(0, "Contoso", Samples.Now) with { Email = "a\uD83E", DisplayName = "\uDD8A\u0000b", Group = "\uD83E\uD83E" };

        var page = JsonDocument.Parse(Regex.Match(File.ReadAllText(Samples.Write(FilePath, Samples.Connections(1), [change])), "<script type=\"application/json\" id=\"changes-data\">(.*?)</script>").Groups[1].Value);
        Assert.Equal(("a\uFFFD", "\uFFFD\u0000b"), (page.RootElement[0][5].GetString(), page.RootElement[0][6].GetString()));
        using (var table = new ReportTable(FilePath, overwrite: true, Samples.Elsewhere))
        {
            table.Add(change);
            table.Complete(Summary());
        }

        Assert.Contains(",a\uFFFD,\uFFFD\u0000b,\uFFFD\uFFFD,", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_begins_with_a_byte_order_mark_and_has_a_line_for_each_change()
    {
        using (var table = new ReportTable(FilePath, overwrite: false, Samples.Elsewhere))
        {
            table.Add(Samples.Sample(0, "Contoso, Ltd", Samples.Now) with { DisplayName = "=cmd|' /C calc'!A0", Message = "no\r\nlicense", Group = "Zoë" });
            table.Complete(Summary());
        }

        var bytes = File.ReadAllBytes(FilePath);
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(
            "Connection,Time,RunId,Action,Outcome,Email,DisplayName,Group,Reason,Before,After,EntraId,AccountId,ErrorId,Message\r\n"
            + "\"Contoso, Ltd\",2026-11-30T09:41:00+01:00,00000000-0000-0000-0000-000000000000,Create,Done,anna@contoso.com,'=cmd|' /C calc'!A0,Zoë,new,,,,,,\"no\r\nlicense\"\r\n",
            Encoding.UTF8.GetString(bytes[3..]));
    }

    [Fact]
    public void No_text_ends_the_data_of_a_page()
    {
        var hostile = "</script><!--<script>&'\"\u2028\u2029\u0000 </SCRIPT\t>";
        var connection = Samples.Connections(1)[0] with { Name = hostile, Message = hostile };
        var change = Samples.Sample(0, hostile, Samples.Now) with { Email = hostile, DisplayName = hostile, Reason = hostile, Group = "Zoë 🦊" };

        var page = File.ReadAllText(Samples.Write(FilePath, [connection], [change]));

        var data = Regex.Matches(page, "<script type=\"application/json\" id=\"[a-z]+-data\">(.*?)</script>", RegexOptions.Singleline).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, data.Count);
        Assert.All(data, text => Assert.DoesNotMatch("[<>&\u2028\u2029\u0000]", text));
        var row = JsonDocument.Parse(data[0]).RootElement[0];
        var report = JsonDocument.Parse(data[1]).RootElement;
        Assert.Equal((hostile, hostile), (row[5].GetString(), row[6].GetString()));
        Assert.Equal(("Zoë 🦊", hostile), (report.GetProperty("texts")[row[7].GetInt32()].GetString(), report.GetProperty("texts")[row[8].GetInt32()].GetString()));
        Assert.Equal(hostile, report.GetProperty("connections")[0].GetProperty("name").GetString());
        // The two data blocks and the script of the page.
        Assert.Equal(3, Regex.Count(page, "</script", RegexOptions.IgnoreCase));
    }

    [Fact]
    public void The_policy_allows_exactly_the_style_and_the_script_of_the_page()
    {
        var page = File.ReadAllText(Samples.Write(FilePath, Samples.Connections(1), []));

        var policy = Regex.Match(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]+)\">").Groups[1].Value;
        Assert.Matches("^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; img-src data:; base-uri 'none'; form-action 'none'$", policy);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(" (style|on[a-z]+)=\"", page);
        // The name of an XML namespace is not an address that a browser opens.
        Assert.Empty(Regex.Matches(page, @"(https?:)?//[a-z0-9.]+\.[a-z]+").Select(match => match.Value).Except(["http://www.w3.org"]));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_if_that_was_asked_for()
    {
        File.WriteAllText(FilePath, "old");

        Assert.Equal(ErrorId.FileExists, Refused(() => new ReportTable(FilePath, overwrite: false, Samples.Elsewhere)));
        Assert.Equal(ErrorId.FileExists, Refused(() => new ReportPage(folder, overwrite: false, Samples.Elsewhere, Samples.Words)));
        Assert.Equal("old", File.ReadAllText(FilePath));

        using (var table = new ReportTable(FilePath, overwrite: true, Samples.Elsewhere))
            table.Complete(Summary());
        Assert.StartsWith("Connection,", File.ReadAllText(FilePath), StringComparison.Ordinal);
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_file_that_appears_meanwhile_stays()
    {
        using (var table = new ReportTable(FilePath, overwrite: false, Samples.Elsewhere))
        {
            File.WriteAllText(FilePath, "other");
            Assert.Equal(ErrorId.FileExists, Refused(() => table.Complete(Summary())));
        }

        Assert.Equal("other", File.ReadAllText(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_refused_at_once()
    {
        Assert.Equal(ErrorId.FileUnusable, Refused(() => new ReportPage(Path.Combine(folder, "no", "report"), overwrite: true, Samples.Elsewhere, Samples.Words)));
        Assert.Equal(ErrorId.FileUnusable, Refused(() => new ReportTable(folder, overwrite: true, Samples.Elsewhere)));
        Assert.Equal(ErrorId.FileUnusable, Refused(() => new ReportTable("/dev/null", overwrite: true, Samples.Elsewhere)));
    }

    [Fact]
    public void A_file_of_the_state_is_never_replaced()
    {
        var location = new StateLocation(folder, Path.Combine(folder, "keys"), isMachineWide: false);
        File.WriteAllText(location.Database, "state");

        Assert.Equal(ErrorId.FileUnusable, Refused(() => new ReportPage(location.Database, overwrite: true, location, Samples.Words)));
        Assert.Equal(ErrorId.FileUnusable, Refused(() => new ReportTable(location.Database + "-wal", overwrite: true, location)));
        Assert.Equal("state", File.ReadAllText(location.Database));
    }

    [Fact]
    public void A_reason_names_the_file_and_not_its_draft()
    {
        var path = Path.Combine(folder, new string('x', 240));
        foreach (var open in new Func<IReportFile>[] { () => new ReportPage(path, overwrite: false, Samples.Elsewhere, Samples.Words), () => new ReportTable(path, overwrite: false, Samples.Elsewhere) })
        {
            var problem = Assert.Throws<ConnectorException>(() => open().Dispose()).Problem;
            Assert.Equal(ErrorId.FileUnusable, problem.Id);
            Assert.DoesNotContain(".new", problem.Render(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_abandoned_report_leaves_no_file()
    {
        using (IReportFile page = new ReportPage(FilePath, overwrite: false, Samples.Elsewhere, Samples.Words))
        {
            page.Add(Samples.Sample(0, "Contoso", Samples.Now));
            Assert.False(File.Exists(FilePath));
            Assert.Single(Directory.GetFiles(folder));
        }

        Assert.Empty(Directory.GetFiles(folder));
    }

    [SkippableFact]
    public void A_disk_that_fills_up_keeps_the_old_file_and_leaves_no_other()
    {
        Skip.IfNot(SmallDisk.IsPossible, "A small disk needs root and Linux.");
        using var disk = new SmallDisk();
        var path = Path.Combine(disk.Folder, "report");
        File.WriteAllText(path, "old");

        var error = Assert.Throws<ConnectorException>(() =>
        {
            using IReportFile page = new ReportPage(path, overwrite: true, Samples.Elsewhere, Samples.Words);
            for (var i = 0; i < 100_000; i++)
                page.Add(Samples.Sample(0, "Contoso", Samples.Now) with { Email = $"{i}@contoso.com" });
            page.Complete(Summary());
        });

        Assert.Equal(ErrorId.FileUnusable, error.Id);
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(disk.Folder));
    }

    [Fact]
    public void A_folder_that_disappears_is_an_error_of_the_path()
    {
        var inner = Directory.CreateDirectory(Path.Combine(folder, "inner")).FullName;

        var error = Assert.Throws<ConnectorException>(() =>
        {
            using IReportFile table = new ReportTable(Path.Combine(inner, "report"), overwrite: false, Samples.Elsewhere);
            Directory.Delete(inner, recursive: true);
            table.Complete(Summary());
        });

        Assert.Equal(ErrorId.FileUnusable, error.Id);
    }

    [SkippableFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Only_the_owner_can_read_a_report()
    {
        Skip.If(OperatingSystem.IsWindows(), "On Windows the file has the access list of its folder.");
        Samples.Write(FilePath, Samples.Connections(1), []);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    private static ReportSummary Summary() => new() { WrittenAt = Samples.Now, Since = Samples.Now, Connections = [], Days = [] };

    private static ErrorId Refused(Action work) => Assert.Throws<ConnectorException>(work).Id;

    private static ErrorId Refused(Func<IReportFile> open) => Assert.Throws<ConnectorException>(() => open().Dispose()).Id;
}
