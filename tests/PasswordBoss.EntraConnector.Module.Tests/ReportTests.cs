using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary><c>Export-PBSyncReport</c> at a prompt.</summary>
[Trait("Speed", "Slow")]
public sealed class ReportTests : IDisposable
{
    private readonly Session session = new();

    public ReportTests() => session.Run("Connect-PBEntra -Name One -Sandbox; Connect-PBEntra -Name Fabrikam -Sandbox; Invoke-PBSync -Name * -ErrorAction Ignore");

    private string FilePath => Path.Combine(session.Home, "report");

    public void Dispose() => session.Dispose();

    [Fact]
    public void A_page_about_all_connections_is_written_and_emitted()
    {
        var file = Assert.Single(session.Get<FileInfo>($"Export-PBSyncReport -Path '{FilePath}'"));

        Assert.Equal(FilePath, file.FullName);
        var page = File.ReadAllText(FilePath);
        Assert.StartsWith("<!doctype html>\n<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"One\"", page, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Fabrikam\"", page, StringComparison.Ordinal);
        Assert.Contains("zoe.obrien-mueller@fjordlight.example", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-Connection One")]
    [InlineData("-Name O*")]
    public void A_report_about_one_connection_names_no_other(string selection)
    {
        session.Run("Set-PBConnection -Name Fabrikam -Tag gold");
        session.Run($"Export-PBSyncReport -Path '{FilePath}' {selection}; Export-PBSyncReport -Path '{FilePath}.csv' {selection} -Csv; Export-PBSyncReport -Path '{FilePath}.tag' -Tag gold -Csv");

        Assert.Empty(session.Errors);
        foreach (var written in new[] { FilePath, FilePath + ".csv" })
            Assert.DoesNotContain("Fabrikam", File.ReadAllText(written), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Fabrikam,", File.ReadAllText(FilePath + ".tag"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_has_the_changes_of_the_history()
    {
        var history = session.Get<PBSyncResult>("Get-PBSyncHistory -Name * -Last 100").SelectMany(run => run.Changes).ToList();

        session.Run($"Get-PBConnection | Export-PBSyncReport -Path '{FilePath}' -Csv");

        var rows = File.ReadAllLines(FilePath).Skip(1).Select(line => line.Split(',')).ToList();
        Assert.Equal(history.Select(c => (c.Connection, c.Action.ToString(), c.Email ?? "")).Order(), rows.Select(cells => (cells[0], cells[3], cells[5])).Order());
        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Csv -Force -Since ([datetime]::Now.AddDays(1))");
        Assert.Single(File.ReadAllLines(FilePath));
        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Force -Since ([datetime]::Now.AddDays(1)); Export-PBSyncReport -Path '{FilePath}.all' -Since ([datetime]::Now.AddDays(-1))");
        Assert.DoesNotContain("zoe.obrien-mueller", File.ReadAllText(FilePath), StringComparison.Ordinal);
        Assert.Contains("zoe.obrien-mueller", File.ReadAllText(FilePath + ".all"), StringComparison.Ordinal);
    }

    // The Buddhist year of 2026 is 2569, and the Islamic one is 1448.
    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    public void A_culture_with_another_calendar_changes_no_date(string culture)
    {
        session.Run($"[Threading.Thread]::CurrentThread.CurrentCulture = '{culture}'; Export-PBSyncReport -Path '{FilePath}' -Csv");

        session.Run($"[Threading.Thread]::CurrentThread.CurrentCulture = '{culture}'; Export-PBSyncReport -Path '{FilePath}.html'");

        // Seconds since 1970, which the script of the page formats itself.
        Assert.Matches("\"written\":1[78]\\d{8},\"since\":1[78]\\d{8},\"zone\":\"UTC", File.ReadAllText(FilePath + ".html"));
        Assert.Matches(new Regex(@"^Fabrikam,20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d,", RegexOptions.Multiline), File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_file_is_replaced_only_with_Force()
    {
        session.Run($"Export-PBSyncReport -Path '{FilePath}' -WhatIf");
        Assert.False(File.Exists(FilePath));
        Assert.Contains(session.Host.Lines, line => line.StartsWith("What if: ", StringComparison.Ordinal) && line.Contains("Write a report (connections: 2)", StringComparison.Ordinal));
        File.WriteAllText(FilePath, "old");
        Fails("FileExists", $"Export-PBSyncReport -Path '{FilePath}'");
        Fails("FileExists", $"Export-PBSyncReport -Path '{FilePath}' -Csv");
        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Force -WhatIf");
        Assert.Equal("old", File.ReadAllText(FilePath));

        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Force");

        Assert.StartsWith("<!doctype html>", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_refused()
    {
        Fails("FileUnusable", "Export-PBSyncReport -Path env:report");
        Fails("FileUnusable", $"Export-PBSyncReport -Path '{Path.Combine(session.Home, "no", "report")}'");
        Fails("FileUnusable", $"Export-PBSyncReport -Path '{Path.Combine(session.Home, "state", "state.db")}' -Force");
        Assert.Equal(2, session.Run("Get-PBConnection").Count);
    }

    [Fact]
    public void A_path_is_that_of_PowerShell_and_not_of_the_process()
    {
        var inner = Directory.CreateDirectory(Path.Combine(session.Home, "inner")).FullName;
        // The test host has no Set-Location and no New-PSDrive.
        session.Run(
            $"""
            $state = $ExecutionContext.SessionState
            $files = $state.Provider.GetOne('FileSystem')
            $files.Home = '{inner}'
            $state.Drive.New([Management.Automation.PSDriveInfo]::new('Customers', $files, '{inner}', '', $null), 'global')
            $state.Path.SetLocation('{inner}')
            """);

        foreach (var path in new[] { "a.html", "./b.html", "../inner/c.html", "Customers:/d.html", "~/e.html", "FileSystem::" + Path.Combine(inner, "f.html") })
        {
            session.Run($"Export-PBSyncReport -Path {path}");
            Assert.Empty(session.Errors);
        }

        Assert.Equal(["a.html", "b.html", "c.html", "d.html", "e.html", "f.html"], Directory.GetFiles(inner).Select(Path.GetFileName).Order());

        session.Run("$ExecutionContext.SessionState.Path.SetLocation('env:')");
        Fails("FileUnusable", "Export-PBSyncReport -Path a.html");
    }

    [Fact]
    public void A_folder_is_no_file()
    {
        Fails("FileExists", $"Export-PBSyncReport -Path '{session.Home}'");
        Fails("FileUnusable", $"Export-PBSyncReport -Path '{session.Home}' -Force");
        Fails("FileUnusable", $"Export-PBSyncReport -Path '{FilePath}{Path.DirectorySeparatorChar}'");
    }

    [Fact]
    public void An_unknown_name_is_an_error_and_the_others_are_in_the_file()
    {
        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Connection Tailspin");
        Assert.StartsWith("ConnectionNotFound,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));

        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Connection Tailspin, One");
        Assert.StartsWith("ConnectionNotFound,", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"One\"", File.ReadAllText(FilePath), StringComparison.Ordinal);
        Assert.DoesNotContain("Tailspin", File.ReadAllText(FilePath), StringComparison.Ordinal);

        session.Run($"Export-PBSyncReport -Path '{FilePath}' -Connection Fab*, One -Force");
        Assert.Empty(session.Errors);
        Assert.Contains("\"name\":\"Fabrikam\"", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Export-PBSyncReport -Path '{0}' -Csv -Since")]
    [InlineData("Get-PBSyncHistory -Name * -Since")]
    public void The_earliest_and_the_latest_time_are_times(string command)
    {
        command = command.Replace("{0}", FilePath, StringComparison.Ordinal);
        session.Run(command + " ([datetime]::MinValue)");
        Assert.Empty(session.Errors);
        File.Delete(FilePath);
        session.Run(command + " ([datetime]::MaxValue)");
        Assert.Empty(session.Errors);
    }

    // Where the clock is ahead of UTC, the earliest local time does not exist in UTC.
    [Fact]
    public void The_earliest_time_is_a_time_east_of_Greenwich()
    {
        var script = Path.Combine(session.Home, "earliest.ps1");
        File.WriteAllText(script, $"Import-Module '{Repository.Manifest}'; (Get-PBSyncHistory -Name One -Since ([datetime]::MinValue)).Count; (Export-PBSyncReport -Path '{FilePath}' -Since ([datetime]::MinValue)).Name");
        var start = PowerShellProcess.Start(Path.Combine(session.Home, "state"), [script]);
        start.Environment["TZ"] = "Europe/Zurich";

        var (code, output) = ChildProcess.Run(start);
        Assert.Equal((0, "1\nreport"), (code, output.Trim().ReplaceLineEndings("\n")));
    }

    [Fact]
    public void A_path_with_brackets_is_taken_literally()
    {
        var path = Path.Combine(session.Home, "a[1] report.html");

        Assert.Equal(path, Assert.Single(session.Get<FileInfo>($"Export-PBSyncReport -Path '{path}'")).FullName);
    }

    private void Fails(string id, string script) => Assert.StartsWith(id + ",", session.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);
}
