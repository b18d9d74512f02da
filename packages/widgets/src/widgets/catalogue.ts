// Every component a widget may be made of, by type.

import { Button } from './button.tsx';
import { Card } from './card.tsx';
import { Chart } from './chart.tsx';
import { Badge, Icon, Image, Markdown } from './content.tsx';
import { DatePicker } from './date-picker.tsx';
import { Checkbox, Input, RadioGroup, Textarea } from './fields.tsx';
import { Basic, Box, Col, Divider, Form, Row, Spacer, Transition } from './layout.tsx';
import { ListView, ListViewItem } from './list-view.tsx';
import { register } from './node.tsx';
import { Select } from './select.tsx';
import { Table, TableCell, TableRow } from './table.tsx';
import { Caption, Label, Text, Title } from './text.tsx';

register({
  Badge,
  Basic,
  Box,
  Button,
  Caption,
  Card,
  Chart,
  Checkbox,
  Col,
  DatePicker,
  Divider,
  Form,
  Icon,
  Image,
  Input,
  Label,
  ListView,
  ListViewItem,
  Markdown,
  RadioGroup,
  Row,
  Select,
  Spacer,
  Table,
  'Table.Cell': TableCell,
  'Table.Row': TableRow,
  Text,
  Textarea,
  Title,
  Transition,
});
