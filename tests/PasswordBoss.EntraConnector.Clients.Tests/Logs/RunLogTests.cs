using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Locks;
using PasswordBoss.EntraConnector.Clients.Logs;
using PasswordBoss.EntraConnector.Clients.Tests.State;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.Tests.Logs;

/// <summary>The file of a run log: its lines, its permissions, its rotation, and several processes that write to it.</summary>
public sealed class RunLogTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-log-").FullName;

    private string FilePath => Path.Combine(folder, "logs", "sync.log");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_line_is_one_JSON_object_whatever_its_texts_contain()
    {
        var odd = "a\r\nb\u001b[2J\u202ec\u2028d\u0085e\"\\ \u0000 Zoë 日本 😀";
        new RunLog(Prepared()).Write([
            new LogLine().Add("time", new DateTimeOffset(2026, 3, 4, 5, 6, 7, 8, TimeSpan.FromHours(1))).Add("text", odd).Add("none", (string?)null).Add("number", 1.5)
                .Add("texts", [odd]).Add("empty", []),
            new LogLine().Add("number", 2)]);

        var lines = File.ReadAllText(FilePath).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("{\"time\":\"2026-03-04T04:06:07.008Z\",\"text\":\"a\\r\\nb\\u001B[2J\\u202Ec\\u2028d\\u0085e\\u0022\\\\ \\u0000 Zoë 日本", lines[0], StringComparison.Ordinal);
        Assert.Equal("{\"number\":2}", lines[1]);
        Assert.Equal("", lines[2]);
        var read = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(["time", "text", "number", "texts"], read.EnumerateObject().Select(property => property.Name));
        Assert.Equal((odd, odd), (read.GetProperty("text").GetString(), read.GetProperty("texts")[0].GetString()));
    }

    [UnixFact]
    public void The_file_is_private_and_so_is_a_folder_that_had_to_be_created()
    {
        Prepared();
        Owners.SetMode(FilePath, 0x184); // 0604

        Write(new RunLog(FilePath, size: 100), 0, 20);

        Assert.Equal(0x1C0u, Mode(Path.Combine(folder, "logs"))); // 0700
        Assert.All(Directory.GetFiles(Path.Combine(folder, "logs")), file => Assert.Equal(0x180u, Mode(file))); // 0600
    }

    [Fact]
    public void A_full_file_is_renamed_and_ten_files_are_kept()
    {
        Assert.Equal((10 * 1024 * 1024, 10), (RunLog.UsualSize, RunLog.Files));
        var log = new RunLog(Prepared(), size: 200);
        // Each line has about 30 bytes.
        for (var round = 0; round < 50; round++)
            Write(log, round * 10, 10);

        string[] files = [.. Enumerable.Range(1, 9).Reverse().Select(number => FilePath + "." + number), FilePath];
        Assert.Equal([.. files, FilePath + ".lock"], Directory.GetFiles(Path.GetDirectoryName(FilePath)!).OrderBy(file => file.EndsWith(".lock", StringComparison.Ordinal)).ThenBy(file => Array.IndexOf(files, file)));
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1, 200));
        var numbers = files.SelectMany(NumbersIn).ToList();
        Assert.Equal(Enumerable.Range(500 - numbers.Count, numbers.Count), numbers);
        Assert.True(numbers.Count > 40, numbers.Count.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_line_that_is_longer_than_a_file_has_a_file_of_its_own()
    {
        var log = new RunLog(Prepared(), size: 100);
        Write(log, 0, 1);
        log.Write([new LogLine().Add("text", new string('a', 500))]);
        Write(log, 1, 1);

        Assert.Equal([1, 1, 1], new[] { FilePath + ".2", FilePath + ".1", FilePath }.Select(file => File.ReadAllLines(file).Length));
    }

    [Fact]
    public void A_line_that_a_killed_process_left_in_part_does_not_swallow_the_next_one()
    {
        File.WriteAllText(Prepared(), "{\"number\":1}\n{\"num");

        Write(new RunLog(FilePath), 2, 1);

        Assert.Equal(["{\"number\":1}", "{\"num", "{\"process\":0,\"number\":2}"], File.ReadAllLines(FilePath));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task Processes_that_write_at_once_lose_and_tear_no_line_also_across_rotations()
    {
        const int Rounds = 40, Lines = 25, Processes = 3;
        Prepared();
        // Small enough for several rotations, large enough that nothing leaves the last file.
        var size = Processes * Rounds * Lines * 30 / 6;
        var processes = Enumerable.Range(1, Processes).Select(number => SecondProcess.Start("log", FilePath, Text(size), Text(number), Text(Rounds), Text(Lines))).ToList();
        try
        {
            foreach (var process in processes)
                Assert.Equal("written", await process.ReadLineAsync());
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }

        var files = Directory.GetFiles(Path.GetDirectoryName(FilePath)!).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToList();
        Assert.InRange(files.Count, 3, RunLog.Files - 1);
        var found = files.OrderByDescending(file => file.Length).ThenByDescending(file => file, StringComparer.Ordinal).SelectMany(File.ReadAllLines)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToLookup(line => line.GetProperty("process").GetInt32(), line => line.GetProperty("number").GetInt32());
        // All lines of a process are there, in its order.
        Assert.Equal(Processes, found.Count);
        Assert.All(found, process => Assert.Equal(Enumerable.Range(0, Rounds * Lines), process));
    }

    [Fact]
    public void A_lock_that_another_process_keeps_is_an_error_and_not_a_wait_without_end()
    {
        using var held = FileLock.TryTake(Prepared() + ".lock");

        var error = Assert.Throws<ConnectorException>(() => Write(new RunLog(FilePath, longestWait: TimeSpan.Zero), 0, 1));

        Assert.Equal(ErrorId.FileUnusable, error.Id);
        Assert.Contains("another process has held the lock of the log", error.Message, StringComparison.Ordinal);
        // Another reader may have another language.
        Assert.Contains("un autre processus détient le verrou du journal", error.Problem.Text.Render(CultureInfo.GetCultureInfo("fr-FR")), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("")]
    [InlineData(".lock")]
    public void A_pipe_in_place_of_the_log_or_its_lock_is_reported_in_each_language(string ending)
    {
        File.Delete(Prepared() + ending);
        using (var make = Process.Start("mkfifo", [FilePath + ending]))
            make.WaitForExit();

        var error = Assert.Throws<ConnectorException>(() => Write(new RunLog(FilePath), 0, 1));

        Assert.EndsWith(FilePath + ending + " n'est pas un fichier.", error.Problem.Text.Render(CultureInfo.GetCultureInfo("fr-FR")), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("ln -s /etc/passwd")]
    [InlineData("ln -s missing")]
    [InlineData("mkfifo")]
    [InlineData("mkdir")]
    public void Something_else_in_its_place_is_refused(string program)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var words = program.Split(' ').Append(FilePath).ToArray();
        using (var process = Process.Start(words[0], words[1..]))
            process.WaitForExit();
        var before = Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Length;

        var error = Assert.Throws<ConnectorException>(new RunLog(FilePath).Prepare);

        Assert.Equal((ErrorId.FileUnusable, FilePath), (error.Id, error.Problem.Target));
        Assert.Contains("The file " + FilePath + " cannot be read or written: ", error.Message, StringComparison.Ordinal);
        Assert.InRange(Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Length, before, before + 1);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "logs"), "");

        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(new RunLog(FilePath).Prepare).Id);
    }

    [RootFact]
    public void A_file_of_another_user_is_refused()
    {
        Owners.Give(Prepared(), 65534);

        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(new RunLog(FilePath).Prepare).Id);
        Assert.Equal(ErrorId.FileUnusable, Assert.Throws<ConnectorException>(() => Write(new RunLog(FilePath), 0, 1)).Id);
        Assert.Empty(File.ReadAllText(FilePath));
    }

    private static void Write(RunLog log, int first, int count) =>
        log.Write(Enumerable.Range(first, count).Select(number => new LogLine().Add("process", 0).Add("number", number)));

    private static IEnumerable<int> NumbersIn(string file) => File.ReadAllLines(file).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("number").GetInt32());

    private static uint Mode(string path) => UnixFile.Find(path)!.Value.Mode & 0xFFF;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string Prepared()
    {
        new RunLog(FilePath).Prepare();
        return FilePath;
    }
}
