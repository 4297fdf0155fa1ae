using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using Microsoft.Data.Sqlite;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>Checks the files of a store: whether they are private, writable and undamaged.</summary>
internal static class StateInspection
{
    private const int LongestList = 3;

    /// <summary>The problems; empty if there are none.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="session">Its database.</param>
    public static IReadOnlyList<Message> FindProblems(StateLocation location, StateSession session)
    {
        var problems = FilesOf(location).Where(IsOpenToOthers(location)).Select(path => Texts.ProblemOpenToOthers(path)).ToList();

        // First, because any other use of a damaged page moves the database aside, and a check must change nothing.
        var (pages, rows) = FindDamages(session);
        if (pages.Count == 0)
        {
            // Writes data that is already there, so that a full disk or a read-only file shows now and not at the next sync.
            session.Write(database =>
            {
                var version = database.Number("PRAGMA user_version");
                database.Run("PRAGMA user_version = " + version.ToString(CultureInfo.InvariantCulture));
                return version;
            });
            if (session.Read(database => database.Number("SELECT EXISTS (SELECT 1 FROM connections WHERE run_number > 0)")) != 0 && Witness.FindProblem(location) is { } problem)
                problems.Add(problem);
        }

        if (pages.Count + rows.Count > 0)
            problems.Add(Texts.ProblemDamaged(string.Join("; ", pages.Concat(rows))));
        return problems;
    }

    // The damaged pages, and the rows without their connection. SQLite reports some damage as rows and throws for other damage. Both are only reported: outside this
    // method, StateDatabase.Guard would move the file aside.
    private static (IReadOnlyList<string> Pages, IReadOnlyList<string> Rows) FindDamages(StateSession session)
    {
        var (pages, rows) = (new List<string>(), new List<string>());
        session.WithoutTransaction(database =>
        {
            try
            {
                pages.AddRange(database.Query("PRAGMA quick_check(3)", row => row.GetString(0)).Where(line => line != "ok"));
                if (pages.Count == 0)
                    rows.AddRange(database.Query("PRAGMA foreign_key_check", row => row.GetString(0)).Take(LongestList));
            }
            catch (SqliteException exception) when (StateDatabase.IsDamage(exception))
            {
                pages.Add(exception.Message);
            }
        });
        return (pages, rows);
    }

    private static IEnumerable<string> FilesOf(StateLocation location)
    {
        foreach (var folder in new[] { location.Folder, location.KeyFolder, location.WitnessFolder }.Distinct(StringComparer.Ordinal).Where(Directory.Exists))
        {
            yield return folder;
            foreach (var file in Directory.GetFiles(folder))
                yield return file;
        }
    }

    private static Func<string, bool> IsOpenToOthers(StateLocation location) => path =>
        Platform.IsWindows ? IsOpenOnWindows(path, location.IsMachineWide) : UnixFile.Find(path) is { IsOpenToOthers: true };

    [SupportedOSPlatform("windows")]
    private static bool IsOpenOnWindows(string path, bool isMachineWide)
    {
        if (Directory.Exists(path))
            return !WindowsAccess.IsPrivate(new DirectoryInfo(path), isMachineWide);
        try
        {
            return !WindowsAccess.IsPrivate(new FileInfo(path), isMachineWide);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // SQLite creates and deletes these files by itself.
        }
    }
}
