using System;
using System.IO;
using System.Text;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>
/// A text that is committed beside the tests. A test compares it with the present output of the code, except for line ends, so that a review shows
/// each change.
/// </summary>
internal static class GoldenFile
{
    /// <summary>If this variable is 1, the tests write the files instead of comparing them.</summary>
    public const string RenewVariable = "PBENTRA_TEST_RENEW_GOLDEN";

    /// <summary>Fails if the file has another text.</summary>
    /// <param name="path">The path below the folder of the tests, with slashes.</param>
    /// <param name="text">The present output of the code, with LF at the end of each line.</param>
    /// <param name="rule">The rule for changes of this file; empty for none.</param>
    public static void Check(string path, string text, string rule = "")
    {
        var file = Repository.PathOf(["tests", .. path.Split('/')]);
        if (Environment.GetEnvironmentVariable(RenewVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            return;
        }

        // Reading it as text would drop a byte order mark.
        var committed = File.Exists(file) ? Encoding.UTF8.GetString(File.ReadAllBytes(file)).ReplaceLineEndings("\n") : "";
        if (FailureOf("tests/" + path, committed, text, rule) is { } failure)
            Assert.Fail(failure);
    }

    /// <summary>The failure message for a different file; null if the texts are equal.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="committed">The text of the file; empty if there is no file.</param>
    /// <param name="now">The present output of the code.</param>
    /// <param name="rule">The rule for changes of this file; empty for none.</param>
    public static string? FailureOf(string name, string committed, string now, string rule)
    {
        if (committed == now)
            return null;
        var (before, after) = (committed.Split('\n'), now.Split('\n'));
        var line = 0;
        while (line < before.Length && line < after.Length && before[line] == after[line])
            line++;
        var advice = $"If the change is meant, run the test with {RenewVariable}=1 and commit the file.";
        return $"{name} differs in line {line + 1}.\nCommitted: {LineOf(before, line)}\nNow:       {LineOf(after, line)}\n{(rule.Length == 0 ? "" : rule + "\n")}{advice}";
    }

    private static string LineOf(string[] lines, int line) => line < lines.Length ? lines[line] : "(no line)";
}
