using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.State;

/// <summary>How far a connection has come, as JSON.</summary>
internal static class ProgressDocument
{
    /// <summary>The text of a progress.</summary>
    /// <param name="progress">The progress.</param>
    public static string Write(SyncProgress progress) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        if (progress.Links is { } links)
        {
            writer.WriteStartObject("links");
            WriteTexts(writer, "groups", links.Groups);
            writer.WriteString("users", links.Users);
            writer.WriteEndObject();
        }

        writer.WriteString("scope", progress.Scope);
        writer.WriteTime("lastFullAt", progress.LastFullAt);
        writer.WriteBoolean("fullNeeded", progress.FullNeeded);
        WriteTexts(writer, "recheckUserIds", progress.RecheckUserIds);
        writer.WriteStartArray("doubts");
        foreach (var doubt in progress.Doubts)
            WriteDoubt(writer, doubt);
        writer.WriteEndArray();
        writer.WriteStartArray("groups");
        foreach (var group in progress.Groups)
            WriteGroup(writer, group);
        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>The progress of a text.</summary>
    /// <param name="text">The text; null when nothing is known.</param>
    public static SyncProgress Read(string? text) => text is null ? SyncProgress.None : JsonText.Read(text, element => new SyncProgress
    {
        Links = element.Find("links") is { } links ? new DeltaLinks { Groups = Texts(links.GetProperty("groups")), Users = links.GetProperty("users").Required() } : null,
        Scope = element.FindText("scope") ?? "",
        LastFullAt = element.FindTime("lastFullAt"),
        FullNeeded = element.IsTrue("fullNeeded"),
        RecheckUserIds = element.Find("recheckUserIds") is { } recheckUserIds ? Texts(recheckUserIds) : Array.Empty<string>(),
        Doubts = element.Find("doubts") is { } doubts ? doubts.EnumerateArray().Select(ReadDoubt).ToArray() : Array.Empty<UserDoubt>(),
        Groups = element.Find("groups") is { } groups ? groups.EnumerateArray().Select(ReadGroup).ToArray() : Array.Empty<TrackedGroup>(),
    });

    private static void WriteDoubt(Utf8JsonWriter writer, UserDoubt doubt)
    {
        writer.WriteStartObject();
        writer.WriteString("id", doubt.EntraId);
        writer.WriteString("since", doubt.Since);
        writer.WriteBoolean("isRemoved", doubt.IsRemoved);
        if (doubt.Told is { } told)
        {
            writer.WriteStartObject("told");
            writer.WriteString("id", told.Id);
            writer.WriteText("displayName", told.DisplayName);
            writer.WriteText("givenName", told.GivenName);
            writer.WriteText("surname", told.Surname);
            writer.WriteText("mail", told.Mail);
            writer.WriteText("userPrincipalName", told.UserPrincipalName);
            if (told.AccountEnabled is { } enabled)
                writer.WriteBoolean("accountEnabled", enabled);
            writer.WriteText("userType", told.UserType);
            writer.WriteEndObject();
        }

        WriteTexts(writer, "leftGroups", doubt.LeftGroups);
        if (doubt.JoinedGroups.Count > 0)
            WriteTexts(writer, "joinedGroups", doubt.JoinedGroups);
        writer.WriteEndObject();
    }

    private static UserDoubt ReadDoubt(JsonElement element) => new()
    {
        EntraId = element.GetProperty("id").Required(),
        Since = element.GetProperty("since").GetDateTimeOffset(),
        IsRemoved = element.IsTrue("isRemoved"),
        Told = element.Find("told") is { } told ? ReadUser(told) : null,
        LeftGroups = element.Find("leftGroups") is { } groups ? Texts(groups) : Array.Empty<string>(),
        JoinedGroups = element.Find("joinedGroups") is { } joined ? Texts(joined) : Array.Empty<string>(),
    };

    private static DirectoryUser ReadUser(JsonElement element) => new()
    {
        Id = element.GetProperty("id").Required(),
        DisplayName = element.FindText("displayName"),
        GivenName = element.FindText("givenName"),
        Surname = element.FindText("surname"),
        Mail = element.FindText("mail"),
        UserPrincipalName = element.FindText("userPrincipalName"),
        AccountEnabled = element.Find("accountEnabled")?.GetBoolean(),
        UserType = element.FindText("userType"),
    };

    private static void WriteGroup(Utf8JsonWriter writer, TrackedGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("id", group.GroupId);
        writer.WriteText("displayName", group.DisplayName);
        writer.WriteBoolean("isUserGroup", group.IsUserGroup);
        writer.WriteBoolean("holdsGroups", group.HoldsGroups);
        writer.WriteBoolean("wasRead", group.WasRead);
        if (group.Within.Count > 0)
            WriteTexts(writer, "within", group.Within);
        writer.WriteEndObject();
    }

    private static TrackedGroup ReadGroup(JsonElement element) => new()
    {
        GroupId = element.GetProperty("id").Required(),
        DisplayName = element.FindText("displayName"),
        IsUserGroup = element.IsTrue("isUserGroup"),
        HoldsGroups = element.IsTrue("holdsGroups"),
        WasRead = element.IsTrue("wasRead"),
        Within = element.Find("within") is { } within ? Texts(within) : Array.Empty<string>(),
    };

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static IReadOnlyList<string> Texts(JsonElement array) => array.EnumerateArray().Select(item => item.Required()).ToArray();
}
