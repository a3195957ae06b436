// What the second script has (later.js).
import { Disturbances } from './disturbances.js';
import { keepFocus } from './focus-keeper.js';
import { texts } from './generated/more-texts.js';
import { addTexts } from './i18n.js';
import { leave } from './leaving.js';
import { Notices } from './notices.js';
import { recurrenceText } from './recurrence-words.js';
import { register } from './service.js';
import { Presence } from './sharing/presence.js';
import { ShareDialog } from './sharing/share-dialog.js';
import { Shortcuts } from './shortcut-list.js';
import { beginDrag } from './tasks/drag.js';
import { Picking } from './tasks/picking-host.js';
import { QuickAddPreview } from './tasks/quick-add-preview.js';
import { SelectionBar } from './tasks/selection-bar.js';
import { TaskPanel } from './tasks/task-panel.js';
import { chooseFiles } from './transfer/choosing.js';
import { openExport, openFeeds } from './transfer/opened.js';
import { Menu } from './ui/menu.js';
import { understand } from './understand.js';
import { ActivityView } from './views/activity.js';
import { LabelView } from './views/label.js';
import { SearchView } from './views/search.js';
import { SettingsView } from './views/settings.js';
import { TrashView } from './views/trash.js';
import { UpcomingView } from './views/upcoming.js';

addTexts(texts);
keepFocus();
register();

export const parts = {
  ActivityView,
  Disturbances,
  LabelView,
  Menu,
  Notices,
  Picking,
  Presence,
  QuickAddPreview,
  SearchView,
  SelectionBar,
  SettingsView,
  ShareDialog,
  Shortcuts,
  TaskPanel,
  TrashView,
  UpcomingView,
  beginDrag,
  chooseFiles,
  leave,
  openExport,
  openFeeds,
  recurrenceText,
  understand,
};
