using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Security;
using PasswordBoss.EntraConnector.Clients.Documents;
using PasswordBoss.EntraConnector.Clients.Files;
using PasswordBoss.EntraConnector.Clients.Secrets;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>The state of a connection's database when a run was last saved.</summary>
/// <param name="RunNumber">The number of runs that the database had saved.</param>
/// <param name="Schema">The version of its schema.</param>
/// <param name="Removals">The removals of the preceding day.</param>
internal sealed record WitnessRecord(long RunNumber, int Schema, IReadOnlyList<RemovalRecord> Removals)
{
    /// <summary>The fingerprint of the two sides of the connection; null in a file of a version that did not write it.</summary>
    public string? Sides { get; init; }

    /// <summary>Whether the witness belongs to a connection whose database is gone, and another connection has the same two sides now.</summary>
    public bool IsOfLostState { get; init; }

    /// <summary>The digest of the settings for which the secrets were last decrypted, as hexadecimal digits; null if none is known.</summary>
    public string? Settings { get; init; }
}

/// <summary>
/// Records outside the database how many runs it has saved. If the database has fewer, it was restored from a backup. The file is written after each run. A missing,
/// unreadable or foreign file is ignored, and a failure to write it never stops a run.
/// </summary>
internal sealed class Witness
{
    private const int Format = 1;
    private const long MaxBytes = 16 * 1024 * 1024;
    // An upper bound that no machine reaches.
    private const long MaxRunNumber = 1L << 48;

    private readonly StateLocation location;
    private readonly string path;
    private readonly string? sides;
    private readonly ICollection<string> stored;

    /// <summary>Creates the witness of a connection; nothing is opened.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="sides">The fingerprint of the connection's two sides, for finding the witness of a lost state.</param>
    /// <param name="stored">The ids of all stored connections, whose witnesses are not of a lost state. Needed only if this connection has no witness, or for its removal.</param>
    public Witness(StateLocation location, Guid connectionId, string? sides = null, ICollection<string>? stored = null)
    {
        this.location = location;
        this.sides = sides;
        this.stored = stored ?? [];
        path = Path.Combine(location.WitnessFolder, connectionId.ToString("D", CultureInfo.InvariantCulture) + ".json");
    }

    /// <summary>Whether a connection has a witness, readable or not.</summary>
    /// <param name="location">The location of the store.</param>
    /// <param name="connectionId">The connection.</param>
    public static bool Exists(StateLocation location, Guid connectionId) => File.Exists(new Witness(location, connectionId).path);

    /// <summary>The content; null if there is none. Writes nothing.</summary>
    public WitnessRecord? Read()
    {
        if (File.Exists(path) || sides is null)
            return ReadAt(path, location);
        return FindLost(sides).Select(found => found.Record with { IsOfLostState = true, Settings = null }).OrderByDescending(record => record.RunNumber).FirstOrDefault();
    }

    /// <summary>Whether there is a readable witness, which means that runs were saved in the store.</summary>
    /// <param name="location">The location of the store.</param>
    public static bool AnyIn(StateLocation location) => FilesIn(location).Any(file => ReadAt(file, location) is not null);

    // Witnesses of connections with the same two sides. The database holds only one such connection, and that one has no witness yet.
    private IEnumerable<(string Path, WitnessRecord Record)> FindLost(string? sides)
    {
        // With many connections, a first run would otherwise read the files of all the others.
        foreach (var file in FilesIn(location).Where(file => file != path && !stored.Contains(Path.GetFileNameWithoutExtension(file))))
        {
            if (ReadAt(file, location) is { } record && record.Sides == sides)
                yield return (file, record);
        }
    }

    private static IReadOnlyList<string> FilesIn(StateLocation location)
    {
        try
        {
            return IsOwnFolder(location) ? Directory.GetFiles(location.WitnessFolder, "*.json") : Array.Empty<string>();
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            return Array.Empty<string>();
        }
    }

    private static WitnessRecord? ReadAt(string path, StateLocation location)
    {
        try
        {
            if (!IsOwnFolder(location) || !IsOwnFile(path, location))
                return null;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return IsAtPath(file, path) && file.Length <= MaxBytes ? Read(file) : null;
        }
        catch (Exception exception) when (IsOfFiles(exception) || exception is ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Writes the file, if possible.</summary>
    /// <param name="record">The content.</param>
    public void TryWrite(WitnessRecord record)
    {
        try
        {
            Prepare(location);
            // Searched only once for each connection: otherwise every run would read the files of all the others.
            var replacesLost = sides is not null && !File.Exists(path);
            var next = path + ".next";
            File.Delete(next);
            using (var file = CreatePrivate(next))
                Write(file, record with { Sides = sides ?? record.Sides });
            Replace(next);
            // This file now replaces the witnesses of lost states.
            if (replacesLost)
            {
                foreach (var (lost, _) in FindLost(sides))
                    File.Delete(lost);
            }
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // The run is saved. Without the file, later runs cannot detect a restored database; Test-PBConnection reports why there is none.
        }
    }

    /// <summary>Remembers the settings, if there is a file: secrets were encrypted or decrypted for them, so an admin entered them.</summary>
    /// <param name="connection">The settings.</param>
    public void RememberSettings(ConnectionSettings connection)
    {
        var digest = SecretBinding.Of(connection).DigestText;
        if (Read() is { } known && known.Settings != digest)
            TryWrite(known with { Settings = digest });
    }

    /// <summary>Deletes the file, if possible, with those of lost states that a process could not delete before it died.</summary>
    public void TryDelete()
    {
        try
        {
            // Never delete in another user's folder.
            if (!IsOwnFolder(location))
                return;
            if (ReadAt(path, location)?.Sides is { } known)
            {
                foreach (var (lost, _) in FindLost(known))
                    File.Delete(lost);
            }

            File.Delete(path);
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            // A file that stays is harmless: it holds neither names nor addresses.
        }
    }

    /// <summary>The reason why no witness can be written; null if one can.</summary>
    /// <param name="location">The location of the store.</param>
    public static Message? FindProblem(StateLocation location)
    {
        try
        {
            Prepare(location);
            var trial = Path.Combine(location.WitnessFolder, "trial");
            File.Delete(trial);
            CreatePrivate(trial).Dispose();
            File.Delete(trial);
            return null;
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            var reason = exception is ConnectorException known ? known.Problem.Reason ?? known.Problem.Sentence : exception.Message;
            return Texts.ProblemWitness(location.WitnessFolder, reason);
        }
    }

    // All exceptions that a path below a folder of other users can cause.
    private static bool IsOfFiles(Exception exception) =>
        exception is ConnectorException or IOException or UnauthorizedAccessException or SecurityException or NotSupportedException or InvalidOperationException;

    private static void Prepare(StateLocation location)
    {
        // Checked before the folder is used, and again in case a link was created meanwhile.
        RefuseLink(location.WitnessFolder);
        PrivateFolder.Prepare(location.WitnessFolder, location.IsMachineWide, IsOfWitness);
        RefuseLink(location.WitnessFolder);
    }

    private static bool IsOfWitness(string entry)
    {
        var name = Path.GetFileName(entry);
        return name == "trial" || Guid.TryParseExact(name.Split('.')[0], "D", out _);
    }

    private static void RefuseLink(string folder)
    {
        if (!Platform.IsWindows && UnixFile.Find(folder, followLinks: false) is { IsLink: true })
            throw new ConnectorException(UnusablePath.Folder(folder, Texts.StateReasonLink));
    }

    private static bool IsOwnFolder(StateLocation location)
    {
        if (!Directory.Exists(location.WitnessFolder))
            return false;
        return Platform.IsWindows
            ? IsOwnFolderOnWindows(location)
            : UnixFile.Find(location.WitnessFolder, followLinks: false) is { IsLink: false, IsOpenToOthers: false } facts && facts.Owner == UnixFile.EffectiveUser;
    }

    [SupportedOSPlatform("windows")]
    private static bool IsOwnFolderOnWindows(StateLocation location)
    {
        var folder = new DirectoryInfo(location.WitnessFolder);
        return (folder.Attributes & FileAttributes.ReparsePoint) == 0
            && WindowsAccess.IsOwnerTrusted(folder, out _)
            && WindowsAccess.IsPrivate(folder, location.IsMachineWide);
    }

    private static bool IsOwnFile(string path, StateLocation location) => Platform.IsWindows
        ? IsOwnFileOnWindows(path, location)
        : UnixFile.Find(path, followLinks: false) is { IsRegularFile: true, IsOpenToOthers: false } facts && facts.Owner == UnixFile.EffectiveUser;

    [SupportedOSPlatform("windows")]
    private static bool IsOwnFileOnWindows(string path, StateLocation location)
    {
        var file = new FileInfo(path);
        return file.Exists && (file.Attributes & FileAttributes.ReparsePoint) == 0 && WindowsAccess.IsPrivate(file, location.IsMachineWide);
    }

    // Whether the opened file is the one that was checked before.
    private static bool IsAtPath(FileStream file, string path) =>
        Platform.IsWindows || (UnixFile.Find(file.SafeFileHandle) is { } opened && UnixFile.Find(path, followLinks: false) == opened);

    private static FileStream CreatePrivate(string path)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        try
        {
            PrivateFile.RestrictToOwner(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Replace(string next)
    {
#if NET8_0_OR_GREATER
        File.Move(next, path, overwrite: true);
#else
        // On Windows the new file gets the access list of the file that it replaces, so that file must be private.
        if (IsOwnFile(path, location))
        {
            File.Replace(next, path, null);
            return;
        }

        File.Delete(path);
        File.Move(next, path);
#endif
    }

    private static WitnessRecord? Read(FileStream file)
    {
        var text = new byte[(int)file.Length];
        var length = 0;
        while (length < text.Length && file.Read(text, length, text.Length - length) is var read and > 0)
            length += read;
        var document = StoredDocuments.Witness.Read(text);
        if (document.Format != Format || document.Run is < 0 or > MaxRunNumber)
            return null;
        var removals = document.Removals
            .SelectMany(alike => alike.At.Select(at => new RemovalRecord { At = new DateTimeOffset(at, TimeSpan.Zero), GroupId = alike.Group, Forced = alike.Forced })).ToList();
        return new WitnessRecord(document.Run, document.Schema, removals) { Sides = document.Sides, Settings = document.Settings };
    }

    private static void Write(FileStream file, WitnessRecord record) => StoredDocuments.Witness.Write(file, new WitnessDocument
    {
        Format = Format,
        Run = record.RunNumber,
        Schema = record.Schema,
        Sides = record.Sides,
        Settings = record.Settings,
        Removals = record.Removals.GroupBy(removal => (removal.GroupId, removal.Forced)).Select(alike => new WitnessDocument.AlikeRemovals
        {
            Group = alike.Key.GroupId,
            Forced = alike.Key.Forced,
            At = alike.Select(removal => removal.At.UtcTicks).ToList(),
        }).ToList(),
    });
}
