using System.Collections.Generic;
using System.Globalization;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Clients.PasswordBoss;

/// <summary>The resources of a list as they arrive, each id once.</summary>
/// <typeparam name="T">The result for a resource.</typeparam>
internal sealed class ScimList<T>
    where T : class
{
    private const int Unread = -1;
    private readonly Dictionary<string, int> places = new(AccountId.Comparer);
    private readonly HashSet<string> unreadIds = new(AccountId.Comparer);
    private readonly List<string> withoutId = [];
    private int received;

    /// <summary>The readable resources.</summary>
    public List<T> Items { get; } = [];

    /// <summary>The unreadable resources, for messages: their ids, or their positions in the list, counted from 1.</summary>
    /// <param name="errors">Makes ids safe for messages.</param>
    public IReadOnlyList<string> UnreadableIn(ScimErrors errors)
    {
        var names = new List<string>(unreadIds.Count + withoutId.Count);
        foreach (var id in unreadIds)
            names.Add(errors.Clean(id));
        names.AddRange(withoutId);
        return names;
    }

    /// <summary>Whether all announced resources have arrived.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Adds a resource.</summary>
    /// <param name="id">Its id; null for none.</param>
    /// <param name="item">The result; null if the resource is unreadable.</param>
    public ListedBefore Add(string? id, T? item)
    {
        received++;
        if (id is null)
        {
            withoutId.Add("#" + received.ToString(CultureInfo.InvariantCulture));
            return ListedBefore.Unknown;
        }

        var isKnown = places.TryGetValue(id, out var place);
        if (item is null)
        {
            if (!isKnown)
            {
                places.Add(id, Unread);
                unreadIds.Add(id);
            }
        }
        else if (isKnown && place != Unread)
        {
            // The later page is more recent.
            Items[place] = item;
        }
        else
        {
            unreadIds.Remove(id);
            places[id] = Items.Count;
            Items.Add(item);
        }

        return isKnown ? ListedBefore.Yes : ListedBefore.No;
    }
}
